import { isDeepStrictEqual } from 'node:util'
import { looksLikeGtin, normaliseGtin } from './gtin.ts'
import { type Fault, Refusal } from './refusal.ts'

export const BARCODE_TYPES = ['GTIN', 'CODE'] as const
export type BarcodeType = (typeof BARCODE_TYPES)[number]

export interface Barcode {
  readonly type: BarcodeType
  readonly value: string
  /** Units that one scan of it stands for. */
  readonly packQuantity: number
}

export type Attributes = Readonly<Record<string, string | number | boolean>>
export type ProductStatus = 'ACTIVE' | 'ARCHIVED'

/** What a caller decides about a product. */
export interface ProductContent {
  readonly sku: string
  readonly name: string
  readonly description: string | null
  readonly status: ProductStatus
  readonly unit: { readonly code: string; readonly decimals: number }
  readonly barcodes: readonly Barcode[]
  readonly attributes: Attributes
}

export interface Product extends ProductContent {
  readonly id: string
  readonly version: number
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** Changes in the manner of RFC 7396: absent stays, null empties. */
export interface ProductPatch {
  sku?: string
  name?: string
  description?: string | null
  status?: ProductStatus
  unit?: { code?: string; decimals?: number }
  barcodes?: { type?: BarcodeType; value: string; pack_quantity?: number }[] | null
  attributes?: Record<string, string | number | boolean | null> | null
}

const MOST_ATTRIBUTES = 100

const BLANK: Omit<ProductContent, 'sku' | 'name'> = {
  description: null,
  status: 'ACTIVE',
  unit: { code: 'C62', decimals: 0 },
  barcodes: [],
  attributes: {},
}

/** A new product: what is not said is blank. */
export function draft(said: ProductPatch & { sku: string; name: string }, base = '#'): ProductContent {
  return revise({ ...BLANK, sku: said.sku, name: said.name }, said, base)
}

/** The product after a merge patch. `base` points at the patch, for faults. */
export function revise(present: ProductContent, patch: ProductPatch, base = '#'): ProductContent {
  return {
    sku: patch.sku ?? present.sku,
    name: patch.name ?? present.name,
    description: patch.description === undefined ? present.description : patch.description,
    status: patch.status ?? present.status,
    unit: { ...present.unit, ...patch.unit },
    barcodes:
      patch.barcodes === undefined
        ? present.barcodes
        : readBarcodes(patch.barcodes ?? [], `${base}/barcodes`),
    attributes: mergeAttributes(present.attributes, patch.attributes, `${base}/attributes`),
  }
}

/** True when nothing a caller decides is different. */
export function sameContent(a: ProductContent, b: ProductContent): boolean {
  return isDeepStrictEqual(contentOf(a), contentOf(b))
}

function contentOf({ sku, name, description, status, unit, barcodes, attributes }: ProductContent) {
  return {
    sku,
    name,
    description,
    status,
    unit: { ...unit },
    barcodes: [...barcodes],
    attributes: { ...attributes },
  }
}

/** What the search of the product list looks in. */
export function searchText({ sku, name }: Pick<ProductContent, 'sku' | 'name'>): string {
  return `${name}\n${sku}`.toLowerCase()
}

function readBarcodes(given: NonNullable<ProductPatch['barcodes']>, base: string): Barcode[] {
  const faults: Fault[] = []
  const values = new Set<string>()
  const barcodes = given.map(({ type, value, pack_quantity: packQuantity = 1 }, index): Barcode => {
    const kind = type ?? (looksLikeGtin(value) ? 'GTIN' : 'CODE')
    const normal = kind === 'GTIN' ? normaliseGtin(value) : value
    const pointer = `${base}/${index}/value`
    if (normal === undefined)
      faults.push({ pointer, detail: 'is no GTIN: wrong length or check digit', code: 'BARCODE_INVALID' })
    else if (values.has(normal)) faults.push({ pointer, detail: 'is named twice', code: 'DUPLICATE_BARCODE' })
    values.add(normal ?? value)
    return { type: kind, value: normal ?? value, packQuantity }
  })
  if (faults.length > 0) throw new Refusal('validation-error', 'Some barcodes cannot be used.', faults)
  return barcodes
}

function mergeAttributes(
  present: Attributes,
  patch: ProductPatch['attributes'],
  pointer: string,
): Attributes {
  if (patch === undefined) return present
  if (patch === null) return {}
  const merged = Object.entries({ ...present, ...patch }).filter(
    (entry): entry is [string, string | number | boolean] => entry[1] !== null,
  )
  if (merged.length > MOST_ATTRIBUTES)
    throw new Refusal('validation-error', 'Too many attributes.', [
      { pointer, detail: `a product has at most ${MOST_ATTRIBUTES} attributes`, code: 'TOO_MANY' },
    ])
  return Object.fromEntries(merged)
}
