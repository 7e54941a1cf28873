import { readAnswer } from '@stockgate/service-kit'
import type { Fulfillments } from '../domain/fulfillments.ts'
import type { Orders } from '../domain/orders.ts'
import type { AnswerOf } from './answers.ts'
import type { SagaBeginnings } from './begin-saga.ts'
import { cancelOrder, findCancellation } from './cancellations.ts'
import { setNote } from './change-order.ts'
import { changeFulfillment, createFulfillment, shipFulfillment } from './fulfillments.ts'
import { listOrders } from './list-orders.ts'
import { placeOrder } from './place-order.ts'
import { listFulfillments, readFulfillment } from './read-fulfillments.ts'
import { readOrder } from './read-orders.ts'
import type { Db } from './tables.ts'
import { readTimeline } from './timeline.ts'

/** Orders in PostgreSQL. `answerOf` tells what is kept as the final answer to the call that made an order. */
export function createOrders(db: Db, beginnings: SagaBeginnings, answerOf: AnswerOf): Orders {
  return {
    place: (draft, call, mark) => placeOrder(db, beginnings, draft, call, mark),
    answer: (call) => readAnswer(db, call),
    find: (id) => readOrder(db, id),
    list: (filter, window) => listOrders(db, filter, window),
    setNote: (id, mark, decide) => setNote(db, id, mark, decide),
    cancel: (id, reason, mark, decide) => cancelOrder(db, beginnings, answerOf, id, reason, mark, decide),
    cancellation: (id) => findCancellation(db, id),
    timeline: (id, window) => readTimeline(db, id, window),
  }
}

/** Fulfillments in PostgreSQL. */
export function createFulfillments(db: Db, beginnings: SagaBeginnings): Fulfillments {
  return {
    create: (call, orderId, mark, decide, answerOf) =>
      createFulfillment(db, call, orderId, mark, decide, answerOf),
    find: (orderId, id) => readFulfillment(db, orderId, id),
    list: (orderId, after, limit) => listFulfillments(db, orderId, after, limit),
    ship: (orderId, id, mark, decide) => shipFulfillment(db, beginnings, orderId, id, mark, decide),
    change: (orderId, id, mark, decide) => changeFulfillment(db, orderId, id, mark, decide),
  }
}
