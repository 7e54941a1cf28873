/** What this command reads of an entry of the stock ledger. */
export interface LedgerEntry {
  readonly type: string
  readonly product_id: string
  readonly location_id: string
  readonly delta: number
  readonly on_hand_after: number
  readonly reference?: { readonly type: string; readonly id: string }
}

/** Which entries belong to the file that was replayed. */
export interface OursInLedger {
  readonly isOrder: (id: string) => boolean
  readonly isCancellation: (invoice: string) => boolean
}

/** Adds up the ledger one entry at a time. */
export class LedgerTally {
  /** Units per movement type; shipments are negative. */
  readonly byType = new Map<string, number>()
  /** Everything that ever moved, per product and location. */
  readonly byLevel = new Map<string, number>()
  /** Units shipped for orders of the file, per product. */
  readonly shipped = new Map<string, number>()
  /** Units taken back for cancellations of the file, per product. */
  readonly returned = new Map<string, number>()
  entries = 0
  /** Entries after which fewer than 0 units lay on the shelf. */
  negative = 0
  readonly #ours: OursInLedger

  constructor(ours: OursInLedger) {
    this.#ours = ours
  }

  add({ type, product_id, location_id, delta, on_hand_after, reference }: LedgerEntry): void {
    this.entries++
    if (on_hand_after < 0) this.negative++
    plus(this.byType, type, delta)
    plus(this.byLevel, levelKey(product_id, location_id), delta)
    if (type === 'SHIPMENT' && reference?.type === 'ORDER' && this.#ours.isOrder(reference.id))
      plus(this.shipped, product_id, -delta)
    if (type === 'RETURN' && reference?.type === 'INVOICE' && this.#ours.isCancellation(reference.id))
      plus(this.returned, product_id, delta)
  }
}

/** The place of one product at one location in a tally. */
export const levelKey = (productId: string, locationId: string): string => `${productId} ${locationId}`

function plus(sums: Map<string, number>, key: string, units: number): void {
  sums.set(key, (sums.get(key) ?? 0) + units)
}
