import type { Fault } from './order.ts'

export type ReservationStatus = 'HELD' | 'CONFIRMED' | 'CONSUMED' | 'RELEASED' | 'EXPIRED'

/** What orders reads of a reservation; products knows more. */
export interface Reservation {
  readonly id: string
  readonly status: ReservationStatus
  readonly lines: readonly {
    readonly lineId: string
    readonly productId: string
    readonly quantity: number
    readonly released: number
  }[]
}

/** A clear no of products: the call had no effect and would not have one if repeated now. */
export interface Refusal {
  /** Last part of the problem type, such as `insufficient-stock`. */
  readonly reason: string
  readonly detail: string
  readonly faults: readonly Fault[]
}

/** `unclear` means the call may or may not have had its effect: ask before undoing anything. */
export type Answer<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'unclear'; readonly why: string }

export interface LineQuantity {
  readonly lineId: string
  readonly quantity: number
}

export interface Hold {
  readonly id: string
  readonly orderId: string
  readonly lines: readonly (LineQuantity & { readonly sku: string })[]
}

/** What orders asks of products. Every call may be repeated; `traceId` follows the order that caused it. */
export interface Reservations {
  hold(hold: Hold, traceId: string): Promise<Answer<Reservation>>
  /** A reservation products does not know is refused with `not-found`. */
  ask(id: string, traceId: string): Promise<Answer<Reservation>>
  confirm(id: string, traceId: string): Promise<Answer<Reservation>>
  /** Gives back the named totals, or everything still open; an unknown id is remembered as released. */
  release(id: string, totals: readonly LineQuantity[] | undefined, traceId: string): Promise<Answer<unknown>>
  /** Takes the goods out of stock, once per fulfillment. */
  consume(
    id: string,
    fulfillmentId: string,
    lines: readonly LineQuantity[],
    traceId: string,
  ): Promise<Answer<unknown>>
}
