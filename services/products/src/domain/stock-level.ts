/** What is known of one product at one place. */
export interface Level {
  readonly productId: string
  readonly locationId: string
  readonly onHand: number
  readonly reserved: number
  readonly unavailable: number
  /** Number of its newest ledger row. */
  readonly sequence: number
}

/** LOW and OUT speak of what is available; SHORT means more is promised than there is. */
export const CONDITIONS = ['OK', 'LOW', 'OUT', 'SHORT'] as const
export type Condition = (typeof CONDITIONS)[number]

/**
 * Most units one level may hold. Sums over thousands of levels then still fit a JSON number exactly, so no answer
 * can lose a unit to rounding.
 */
export const MOST_UNITS = 1_000_000_000_000

/** Units that may still be promised; negative after a loss of promised goods. */
export function available(level: Pick<Level, 'onHand' | 'reserved' | 'unavailable'>): number {
  return level.onHand - level.reserved - level.unavailable
}

/** Names a level in maps. */
export function levelKey(productId: string, locationId: string): string {
  return `${productId} ${locationId}`
}
