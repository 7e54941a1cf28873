import { inFlight } from '../../client/in-flight.ts'
import type { Order } from '../order.ts'
import { askUntil } from './ask-until.ts'
import type { ReplayRun } from './replay-run.ts'

/** Waits, within bounds, until none of these orders is PENDING any more. */
export async function settleOrders(run: ReplayRun, pending: readonly string[]): Promise<void> {
  await inFlight(pending, run, async (id) => {
    await askUntil<Order>(run.client, run.stop, `/orders/${id}`, ({ status }) => status !== 'PENDING')
    run.onProgress()
  })
}
