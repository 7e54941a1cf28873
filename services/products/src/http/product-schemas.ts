import { closed, page, Timestamp, words } from '@stockgate/service-kit'
import Type from 'typebox'
import type { StockedProduct, StockSums } from '../domain/catalogue.ts'
import { BARCODE_TYPES } from '../domain/product.ts'
import type { KnownFields } from './fields.ts'

/** One line of text without control characters, and more than white space: what nobody sees names nothing. */
export const line = (maxLength: number, options: object = {}) =>
  Type.String({ minLength: 1, maxLength, pattern: '^(?=\\s*\\S|$)[^\\u0000-\\u001f\\u007f]*$', ...options })

export const Sku = line(64, { description: 'Your own number of the product; unique.' })
const Name = line(200)
const Description = Type.Union([Type.String({ maxLength: 5000 }), Type.Null()])
const UnitCode = Type.String({
  pattern: '^[A-Z0-9]{2,3}$',
  description: 'UN/ECE Recommendation 20; C62 is one piece.',
})
const Decimals = Type.Integer({ minimum: 0, maximum: 6 })
const Status = words(['ACTIVE', 'ARCHIVED'])

const BarcodeInput = closed({
  type: Type.Optional(words(BARCODE_TYPES)),
  value: line(128, { description: 'A GTIN of 8, 12, 13 or 14 digits, or any code of your own.' }),
  pack_quantity: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 1_000_000, description: 'Units that one scan stands for.' }),
  ),
})
const Barcodes = Type.Array(BarcodeInput, { maxItems: 50 })

const attributes = <T extends Parameters<typeof Type.Record>[1]>(value: T) =>
  Type.Record(Type.String({ pattern: '^[A-Za-z0-9_.-]{1,64}$' }), value, {
    additionalProperties: false,
    description: 'Up to 100 properties of your own.',
  })
const AttributeValue = [Type.String({ maxLength: 1000 }), Type.Number(), Type.Boolean()] as const
const Attributes = attributes(Type.Union([...AttributeValue]))
const AttributesPatch = attributes(Type.Union([...AttributeValue, Type.Null()]))

export const ProductInput = closed({
  sku: Sku,
  name: Name,
  description: Type.Optional(Description),
  unit: Type.Optional(closed({ code: UnitCode, decimals: Type.Optional(Decimals) })),
  barcodes: Type.Optional(Barcodes),
  attributes: Type.Optional(Attributes),
})

const changeable = {
  name: Type.Optional(Name),
  description: Type.Optional(Description),
  status: Type.Optional(Status),
  unit: Type.Optional(closed({ code: Type.Optional(UnitCode), decimals: Type.Optional(Decimals) })),
  barcodes: Type.Optional(Type.Union([Barcodes, Type.Null()])),
  attributes: Type.Optional(Type.Union([AttributesPatch, Type.Null()])),
}
export const ProductPatchInput = closed({ sku: Type.Optional(Sku), ...changeable })
export const ProductBatchItem = closed({ sku: Sku, ...changeable })

export const Stock = Type.Object({
  on_hand: Type.Integer(),
  reserved: Type.Integer(),
  unavailable: Type.Integer(),
  available: Type.Integer({ description: 'on_hand − reserved − unavailable' }),
})

export const ProductOutput = Type.Object({
  id: Type.String(),
  sku: Type.String(),
  name: Type.String(),
  description: Type.Union([Type.String(), Type.Null()]),
  status: Status,
  unit: Type.Object({ code: Type.String(), decimals: Type.Integer() }),
  barcodes: Type.Array(
    Type.Object({ type: words(BARCODE_TYPES), value: Type.String(), pack_quantity: Type.Integer() }),
  ),
  attributes: Type.Record(Type.String(), Type.Union([...AttributeValue])),
  version: Type.Integer(),
  created_at: Timestamp,
  updated_at: Timestamp,
  stock: Stock,
})

/** With `fields` any property may be missing. */
export const ProductChoice = Type.Object({
  ...Type.Partial(ProductOutput).properties,
  unit: Type.Optional(Type.Partial(ProductOutput.properties.unit)),
  stock: Type.Optional(Type.Partial(Stock)),
})
export const ProductPage = page(ProductChoice)

/** What `fields` may choose from. */
export const PRODUCT_FIELDS: KnownFields = {
  ...Object.fromEntries(Object.keys(ProductOutput.properties).map((name) => [name, true as const])),
  unit: { code: true, decimals: true },
  stock: { on_hand: true, reserved: true, unavailable: true, available: true },
}

/** A product as the wire shows it. */
export function productBody(product: StockedProduct) {
  return {
    id: product.id,
    sku: product.sku,
    name: product.name,
    description: product.description,
    status: product.status,
    unit: product.unit,
    barcodes: product.barcodes.map(({ type, value, packQuantity }) => ({
      type,
      value,
      pack_quantity: packQuantity,
    })),
    attributes: product.attributes,
    version: product.version,
    created_at: product.createdAt.toISOString(),
    updated_at: product.updatedAt.toISOString(),
    stock: stockBody(product.stock),
  }
}

/** Sums of stock as the wire shows them. */
export function stockBody({ onHand, reserved, unavailable, available }: StockSums) {
  return { on_hand: onHand, reserved, unavailable, available }
}
