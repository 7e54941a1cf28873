import type { IdempotentCall, TextAnswer } from '@stockgate/service-kit'
import type { Money, Order, OrderStatus } from './order.ts'
import type { Change } from './placement.ts'
import type { Saga } from './saga.ts'

export interface Actor {
  readonly sub: string
  readonly clientId: string
}

/** Who does something and in which request; kept with everything that is changed. */
export interface Mark {
  readonly actor: Actor
  readonly traceId: string
}

/** An order as asked for. */
export interface Draft {
  readonly id: string
  readonly reservationId: string
  readonly userId: string
  readonly clientId: string
  readonly externalId: string | null
  readonly note: string | null
  readonly lines: readonly { sku: string; quantity: number; unitPrice: Money | null }[]
}

/** What posting an order found: a new order with its saga, one that an earlier copy began, or its final answer. */
export type Begun =
  | { readonly state: 'created'; readonly orderId: string; readonly saga: Saga }
  | { readonly state: 'begun'; readonly orderId: string }
  | { readonly state: 'answered'; readonly answer: TextAnswer }

export interface OrderFilter {
  readonly userId?: string
  readonly externalId?: string
  readonly status?: OrderStatus
}

export interface Window {
  readonly newestFirst: boolean
  /** Id of the last order of the page before. */
  readonly after?: string
  readonly limit: number
}

/** That an order was cancelled, wholly or in part; how much is in its lines. */
export interface Cancellation {
  readonly reason: string
  readonly actor: Actor
  readonly createdAt: Date
  readonly updatedAt: Date
}

export interface Cancelled {
  readonly order: Order
  readonly cancellation: Cancellation
  /** There was no cancellation before. */
  readonly first: boolean
  /** Gives the stock back; undefined when nothing changed. */
  readonly saga: Saga | undefined
}

/** One entry of an order's timeline; the service itself is the actor where there is none. */
export interface TimelineEntry {
  readonly no: number
  readonly type: string
  readonly data: Record<string, unknown>
  readonly actor: Actor | null
  readonly traceId: string
  readonly occurredAt: Date
}

/** Orders as they are stored. What decides runs under the lock of its order and may throw; then nothing is written. */
export interface Orders {
  /** Writes the order, its key, its saga and the saga's job: all of them or none. */
  place(draft: Draft, call: IdempotentCall, mark: Mark): Promise<Begun>
  /** The final answer to a call, once there is one. */
  answer(call: IdempotentCall): Promise<TextAnswer | undefined>
  find(id: string): Promise<Order | undefined>
  /** A page, and one order more when there are more. The page may be shorter than asked for: see its `limit`. */
  list(filter: OrderFilter, window: Window): Promise<{ orders: Order[]; limit: number }>
  setNote(id: string, mark: Mark, decide: (order: Order) => string | null): Promise<Order>
  /** Final at once; that products gives the stock back follows by its saga. */
  cancel(
    id: string,
    reason: string,
    mark: Mark,
    decide: (order: Order, cancelledBefore: boolean) => Change | undefined,
  ): Promise<Cancelled>
  cancellation(id: string): Promise<{ order: Order; cancellation: Cancellation } | undefined>
  /** From the beginning on, one entry more than `limit` when there are more. */
  timeline(
    id: string,
    window: { sagas: boolean; after: number | undefined; limit: number },
  ): Promise<TimelineEntry[]>
}
