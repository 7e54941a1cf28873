import type { Position } from '@stockgate/service-kit'
import type { Condition } from './stock-level.ts'

/** One level with all there is to see of it. */
export interface StockLevel {
  readonly productId: string
  readonly locationId: string
  readonly onHand: number
  readonly reserved: number
  readonly unavailable: number
  readonly available: number
  readonly reorderPoint: number | null
  readonly reorderQuantity: number | null
  readonly condition: Condition
  readonly version: number
  readonly updatedAt: Date
}

export type Thresholds = Pick<StockLevel, 'reorderPoint' | 'reorderQuantity'>

export interface LevelFilter {
  readonly productId?: string
  readonly locationId?: string
  readonly condition?: Condition
}

/** Levels as they are stored. Only thresholds are set here; quantities follow from movements and reservations. */
export interface StockLevels {
  /** At most `count` levels by product and location, from after a position on. */
  list(filter: LevelFilter, after: Position | undefined, count: number): Promise<StockLevel[]>
  find(productId: string, locationId: string): Promise<StockLevel | undefined>
  change(
    productId: string,
    locationId: string,
    decide: (present: StockLevel) => Thresholds,
  ): Promise<StockLevel | undefined>
}
