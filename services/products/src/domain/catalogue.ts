import type { IdempotentCall, Position, StoredAnswer, TextAnswer } from '@stockgate/service-kit'
import type { Barcode, Product, ProductContent, ProductStatus } from './product.ts'
import type { BatchItem } from './product-batch.ts'
import type { Refusal } from './refusal.ts'

/** Sums over all locations. */
export interface StockSums {
  readonly onHand: number
  readonly reserved: number
  readonly unavailable: number
  readonly available: number
}

export interface StockedProduct extends Product {
  readonly stock: StockSums
}

export const PRODUCT_SORTS = ['id', '-id', 'sku', '-sku', 'updated_at', '-updated_at'] as const
export type ProductSort = (typeof PRODUCT_SORTS)[number]

export interface ProductFilter {
  /** Part of the name or the sku, in any case. */
  readonly q?: string
  readonly sku?: string
  readonly barcode?: string
  readonly status?: ProductStatus
}

/** What became of one item of a batch. */
export type BatchOutcome =
  | { readonly index: number; readonly status: 200 | 201; readonly id: string }
  | { readonly index: number; readonly refusal: Refusal }

/** Whose a scanned code is: a product's or a location's. */
export interface Registered extends Barcode {
  readonly productId: string | null
  readonly locationId: string | null
}

/** Products as they are stored. What decides runs while its product is locked and may throw; then nothing is written. */
export interface Catalogue {
  /** At most `count` products from after the position on. */
  list(
    filter: ProductFilter,
    sort: ProductSort,
    after: Position | undefined,
    count: number,
  ): Promise<StockedProduct[]>
  find(id: string): Promise<StockedProduct | undefined>
  /** Once per call: a repeat gets the kept answer. */
  create(
    call: IdempotentCall,
    content: ProductContent,
    answerOf: (made: StockedProduct) => StoredAnswer,
  ): Promise<TextAnswer>
  change(id: string, decide: (present: StockedProduct) => ProductContent): Promise<StockedProduct | undefined>
  /** Creates or changes products by sku, each item on its own. */
  upsert(items: readonly BatchItem[]): Promise<BatchOutcome[]>
  /** The first of the candidates that somebody registered. */
  registered(candidates: readonly string[]): Promise<Registered | undefined>
}

/** The sort key of a product; ties are broken by id. */
export function positionOf(sort: ProductSort, product: Product): Position {
  if (sort === 'id' || sort === '-id') return [product.id]
  if (sort === 'sku' || sort === '-sku') return [product.sku]
  return [product.updatedAt.toISOString(), product.id]
}
