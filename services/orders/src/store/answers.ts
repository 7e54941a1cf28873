import { completeKey, type StoredAnswer } from '@stockgate/service-kit'
import type { Order } from '../domain/order.ts'
import type { Trx } from './tables.ts'

/** What the caller is told when the placement of this order has ended, as HTTP has it. */
export type AnswerOf = (order: Order) => StoredAnswer

/** Keeps the final answer to the call that made the order, in the transaction that decides the order. */
export async function storeAnswer(trx: Trx, order: Order, answerOf: AnswerOf): Promise<void> {
  await completeKey(trx, order.call, answerOf(order))
}
