import { eventually } from './eventually.ts'
import type { OrdersProcess } from './orders-process.ts'

/** The sagas that have not ended, once there are none or patience is over. */
export const openSagas = ({ db }: OrdersProcess) =>
  eventually(
    () => db.selectFrom('sagas').select(['kind', 'step', 'failure']).where('ended_at', 'is', null).execute(),
    (rows) => rows.length === 0,
  )

/** Sends a call, kills the process while products has it in hand, and starts it again. */
export async function crashDuring(orders: OrdersProcess, name: string, call: () => Promise<unknown>) {
  const inHand = orders.products.seen(name)
  const lost = call().catch(() => {})
  await inHand
  await orders.kill()
  await lost
  await orders.restart()
}
