/** What this command reads of an entry of the stock ledger. */
export interface LedgerEntry {
  readonly type: string
  readonly product_id: string
  readonly location_id: string
  readonly delta: number
  readonly on_hand_after: number
  readonly reference: { readonly type: string; readonly id: string } | null
}

/** How entries are told apart: by sku, and by whether they belong to the file that was replayed. */
export interface LedgerRules {
  readonly skuOf: (productId: string) => string
  readonly isOrder: (id: string) => boolean
  readonly isCancellation: (invoice: string) => boolean
}

/** Adds up the ledger one entry at a time. */
export class LedgerTally {
  /** Units per movement type; shipments are negative. */
  readonly byType = new Map<string, number>()
  /** Everything that ever moved, per sku and location. */
  readonly byLevel = new Map<string, number>()
  /** Units shipped for orders of the file, per sku. */
  readonly shipped = new Map<string, number>()
  /** Units taken back for cancellations of the file, per sku. */
  readonly returned = new Map<string, number>()
  entries = 0
  /** Entries after which fewer than 0 units lay on the shelf. */
  negative = 0
  readonly #rules: LedgerRules

  constructor(rules: LedgerRules) {
    this.#rules = rules
  }

  add({ type, product_id, location_id, delta, on_hand_after, reference }: LedgerEntry): void {
    const sku = this.#rules.skuOf(product_id)
    this.entries++
    if (on_hand_after < 0) this.negative++
    plus(this.byType, type, delta)
    plus(this.byLevel, levelKey(sku, location_id), delta)
    if (type === 'SHIPMENT' && reference?.type === 'ORDER' && this.#rules.isOrder(reference.id))
      plus(this.shipped, sku, -delta)
    if (type === 'RETURN' && reference?.type === 'INVOICE' && this.#rules.isCancellation(reference.id))
      plus(this.returned, sku, delta)
  }
}

/** The place of one product at one location in a tally. */
export const levelKey = (sku: string, locationId: string): string => `${sku} at ${locationId}`

function plus(sums: Map<string, number>, key: string, units: number): void {
  sums.set(key, (sums.get(key) ?? 0) + units)
}
