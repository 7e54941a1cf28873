import type { KitTables } from '@stockgate/service-kit'
import type { Generated, Kysely, Selectable, Transaction } from 'kysely'
import type { Fulfillment } from '../domain/fulfillment.ts'
import type { OrderStatus, Rejection } from '../domain/order.ts'
import type { Refusal } from '../domain/reservations.ts'
import type { SagaKind, SagaStep } from '../domain/saga.ts'

/** The database of orders; migrations/ makes it. */
export interface Tables extends KitTables {
  orders: {
    id: string
    user_id: string
    client_id: string
    external_id: string | null
    status: OrderStatus
    backorder_policy: 'REJECT'
    note: string | null
    reservation_id: string
    rejection: Rejection | null
    line_count: number
    key_owner: string
    key: string
    trace_id: string
    version: number
    created_at: Generated<Date>
    updated_at: Generated<Date>
  }
  order_lines: {
    order_id: string
    line_no: number
    sku: string
    product_id: string | null
    price_minor: number | null
    price_currency: string | null
    ordered: number
    pending: number
    reserved: Generated<number>
    backordered: Generated<number>
    fulfilled: Generated<number>
    cancelled: Generated<number>
    returned: Generated<number>
    packed: Generated<number>
  }
  cancellations: {
    order_id: string
    reason: string
    actor_sub: string
    actor_client_id: string
    created_at: Generated<Date>
    updated_at: Generated<Date>
  }
  order_events: {
    event_no: Generated<number>
    order_id: string
    type: string
    data: Record<string, unknown>
    actor_sub: string | null
    actor_client_id: string | null
    trace_id: string
    occurred_at: Generated<Date>
  }
  fulfillments: {
    id: string
    order_id: string
    status: Fulfillment['status']
    shipping: boolean
    carrier: string | null
    tracking: string | null
    refusal: Refusal | null
    cancel_reason: string | null
    actor_sub: string
    actor_client_id: string
    version: number
    created_at: Generated<Date>
    updated_at: Generated<Date>
    shipped_at: Date | null
    cancelled_at: Date | null
  }
  fulfillment_lines: {
    fulfillment_id: string
    order_id: string
    line_no: number
    quantity: number
  }
  sagas: {
    id: string
    order_id: string
    kind: SagaKind
    fulfillment_id: string | null
    step: SagaStep
    attempts: number
    version: number
    leased_until: Date | null
    missed_after: Date
    deadline: Date | null
    failure: string | null
    trace_id: string
    created_at: Generated<Date>
    updated_at: Generated<Date>
    ended_at: Date | null
  }
}

export type Db = Kysely<Tables>
export type Trx = Transaction<Tables>
export type OrderRow = Selectable<Tables['orders']>
export type LineRow = Selectable<Tables['order_lines']>
export type FulfillmentRow = Selectable<Tables['fulfillments']>
