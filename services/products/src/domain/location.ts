/** Kinds of places stock can be at. */
export const LOCATION_TYPES = ['WAREHOUSE', 'ZONE', 'BIN', 'STORE'] as const
export type LocationType = (typeof LOCATION_TYPES)[number]

export interface Location {
  readonly id: string
  readonly code: string
  readonly name: string
  readonly type: LocationType
  readonly status: 'ACTIVE' | 'ARCHIVED'
  readonly parentId: string | null
  readonly barcode: string | null
  readonly version: number
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** What a caller may say of a location. */
export interface LocationDraft {
  code: string
  name: string
  type: LocationType
  parentId: string | null
  barcode: string | null
}
