import { closed, page, Timestamp, words } from '@stockgate/service-kit'
import Type from 'typebox'
import { LOCATION_TYPES, type Location, type LocationDraft } from '../domain/location.ts'
import { line } from './product-schemas.ts'

const Code = line(64, { description: 'What is written on the shelf; unique.' })
const Name = line(200)
const LocationType = words(LOCATION_TYPES)
const ParentId = Type.Union([Type.String(), Type.Null()])
const OwnBarcode = Type.Union([line(128), Type.Null()])

export const LocationInput = closed({
  code: Code,
  name: Name,
  type: LocationType,
  parent_id: Type.Optional(ParentId),
  barcode: Type.Optional(OwnBarcode),
})

export const LocationPatchInput = closed({
  code: Type.Optional(Code),
  name: Type.Optional(Name),
  type: Type.Optional(LocationType),
  parent_id: Type.Optional(ParentId),
  barcode: Type.Optional(OwnBarcode),
})

export const LocationOutput = Type.Object({
  id: Type.String(),
  code: Type.String(),
  name: Type.String(),
  type: LocationType,
  status: words(['ACTIVE', 'ARCHIVED']),
  parent_id: Type.Union([Type.String(), Type.Null()]),
  barcode: Type.Union([Type.String(), Type.Null()]),
  version: Type.Integer(),
  created_at: Timestamp,
  updated_at: Timestamp,
})

export const LocationPage = page(LocationOutput)

/** A location as the wire shows it. */
export function locationBody(location: Location) {
  return {
    id: location.id,
    code: location.code,
    name: location.name,
    type: location.type,
    status: location.status,
    parent_id: location.parentId,
    barcode: location.barcode,
    version: location.version,
    created_at: location.createdAt.toISOString(),
    updated_at: location.updatedAt.toISOString(),
  }
}

/** What a caller said of a location, over what holds now. */
export function draftOf(
  said: Partial<{
    code: string
    name: string
    type: Location['type']
    parent_id: string | null
    barcode: string | null
  }>,
  present: LocationDraft,
): LocationDraft {
  return {
    code: said.code ?? present.code,
    name: said.name ?? present.name,
    type: said.type ?? present.type,
    parentId: said.parent_id === undefined ? present.parentId : said.parent_id,
    barcode: said.barcode === undefined ? present.barcode : said.barcode,
  }
}
