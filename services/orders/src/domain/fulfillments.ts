import type { IdempotentCall, StoredAnswer, TextAnswer } from '@stockgate/service-kit'
import type { Fulfillment, FulfillmentChange } from './fulfillment.ts'
import type { Order } from './order.ts'
import type { Mark } from './orders.ts'
import type { Change } from './placement.ts'
import type { Saga } from './saga.ts'

export interface Changed {
  readonly fulfillment: Fulfillment
  /** False for a repetition of what was done before. */
  readonly changed: boolean
}

type Decide = (order: Order, fulfillment: Fulfillment) => FulfillmentChange | undefined

/** Fulfillments as they are stored, each under the lock of its order. */
export interface Fulfillments {
  /** Packs goods once per key. */
  create(
    call: IdempotentCall,
    orderId: string,
    mark: Mark,
    decide: (order: Order) => Change & { packed: Fulfillment['lines'] },
    answerOf: (fulfillment: Fulfillment) => StoredAnswer,
  ): Promise<TextAnswer>
  find(orderId: string, id: string): Promise<Fulfillment | undefined>
  /** From the oldest on, one more than `limit` when there are more. */
  list(orderId: string, after: string | undefined, limit: number): Promise<Fulfillment[]>
  /** Asks for a shipment; the saga tells products. Without a new saga one may be under way already. */
  ship(orderId: string, id: string, mark: Mark, decide: Decide): Promise<Changed & { saga: Saga | undefined }>
  change(orderId: string, id: string, mark: Mark, decide: Decide): Promise<Changed>
}
