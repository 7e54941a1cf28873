import { levelKey } from './ledger-tally.ts'

/** What this command reads of a stock level. */
export interface StockLevel {
  readonly product_id: string
  readonly location_id: string
  readonly on_hand: number
  readonly reserved: number
}

/** Adds up stock levels one at a time. */
export class LevelTally {
  readonly onHand = new Map<string, number>()
  /** Units reserved per sku, over all locations. */
  readonly reserved = new Map<string, number>()
  /** Levels below 0, or with more reserved than there is. */
  readonly impossible: string[] = []
  readonly #skuOf: (productId: string) => string

  constructor(skuOf: (productId: string) => string) {
    this.#skuOf = skuOf
  }

  add({ product_id, location_id, on_hand, reserved }: StockLevel): void {
    const sku = this.#skuOf(product_id)
    const key = levelKey(sku, location_id)
    this.onHand.set(key, on_hand)
    this.reserved.set(sku, (this.reserved.get(sku) ?? 0) + reserved)
    if (on_hand < 0 || reserved < 0 || reserved > on_hand) this.impossible.push(key)
  }
}
