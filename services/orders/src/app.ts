import { type Cursors, createServiceApp, type Jobs, type ServiceOptions } from '@stockgate/service-kit'
import { sql } from 'kysely'
import type { Order } from './domain/order.ts'
import type { Reservations } from './domain/reservations.ts'
import { createSagaRunner, type SagaRunner } from './domain/saga-runner.ts'
import { CancellationSchema, cancelOrderRoutes } from './http/cancel-order.ts'
import { changeOrderRoute } from './http/change-order.ts'
import { FulfillmentSchema } from './http/fulfillment-body.ts'
import { fulfillmentRoutes } from './http/fulfillments.ts'
import { OrderSchema } from './http/order-body.ts'
import { placeOrderRoute } from './http/place-order.ts'
import { placementAnswer } from './http/placement-answer.ts'
import { readOrderRoutes } from './http/read-orders.ts'
import { shipRoute } from './http/ship.ts'
import { timelineRoute } from './http/timeline.ts'
import type { SagaTiming } from './store/begin-saga.ts'
import { createFulfillments, createOrders } from './store/orders.ts'
import { createSagas } from './store/sagas.ts'
import type { Db } from './store/tables.ts'

export interface AppOptions extends Pick<ServiceOptions, 'verifyCaller' | 'logger' | 'publicUrl'> {
  db: Db
  products: Reservations
  jobs: Jobs
  cursors: Cursors
  timing: SagaTiming
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Drives the sagas of this process; whoever runs the app attends to it. */
    sagaRunner: SagaRunner
  }
}

/** The orders service over what it is given; nothing is opened or started here. */
export async function buildApp(options: AppOptions) {
  const { db, jobs, timing, products, cursors, logger, publicUrl, verifyCaller } = options
  const app = await createServiceApp({
    name: 'orders',
    title: 'Orders',
    description: 'Orders with their lines, cancellations and fulfillments.',
    publicUrl,
    verifyCaller,
    logger,
    checks: [{ name: 'database', check: () => sql`select 1`.execute(db) }],
  })
  const answerOf = (order: Order) => placementAnswer(app.publicUrl, order)
  const runner = createSagaRunner({
    sagas: createSagas(db, timing.leaseMs, answerOf),
    products,
    onError: (error, saga) => logger.error({ err: error, saga }, 'saga run failed'),
  })
  app.decorate('sagaRunner', runner)
  app.addHook('preClose', async () => {
    // Requests under way wait for their sagas: none of these begins another attempt any more.
    void runner.stop()
  })

  for (const schema of [OrderSchema, CancellationSchema, FulfillmentSchema]) app.addSchema(schema)
  const context = {
    orders: createOrders(db, { jobs, timing }, answerOf),
    fulfillments: createFulfillments(db, { jobs, timing }),
    runner,
    cursors,
  }
  placeOrderRoute(app, context)
  readOrderRoutes(app, context)
  changeOrderRoute(app, context)
  cancelOrderRoutes(app, context)
  timelineRoute(app, context)
  fulfillmentRoutes(app, context)
  shipRoute(app, context)
  return app
}
