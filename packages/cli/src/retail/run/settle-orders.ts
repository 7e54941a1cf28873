import { inFlight } from '../../client/in-flight.ts'
import type { Order } from '../order.ts'
import type { ReplayRun } from './replay-run.ts'

const ASK_EVERY_MS = 500
const MOST_ASKS = 120

/** Waits, within bounds, until none of these orders is PENDING any more. */
export async function settleOrders(run: ReplayRun, pending: readonly string[]): Promise<void> {
  await inFlight(pending, run, async (id) => {
    for (let ask = 0; ask < MOST_ASKS; ask++) {
      const { body } = await run.client.expect({ method: 'GET', path: `/orders/${id}` }, [200])
      if ((body as Order).status !== 'PENDING') {
        run.onProgress()
        return
      }
      await run.stop.wait(ASK_EVERY_MS)
    }
  })
}
