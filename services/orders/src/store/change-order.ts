import { ProblemError, problems } from '@stockgate/problem'
import { inTransaction } from '@stockgate/service-kit'
import type { Order } from '../domain/order.ts'
import type { Mark } from '../domain/orders.ts'
import { lockOrder, readOrder } from './read-orders.ts'
import type { Db, Trx } from './tables.ts'
import { writeOrder } from './write-changes.ts'

/** Gives the order the note that `decide` wants; writes nothing when it has it already. */
export function setNote(
  db: Db,
  id: string,
  mark: Mark,
  decide: (order: Order) => string | null,
): Promise<Order> {
  return inTransaction(db, async (trx) => {
    const order = await mustLock(trx, id)
    const note = decide(order)
    if (order.note === note) return order
    return writeOrder(trx, order, { ...order, note }, [{ type: 'order.updated' }], mark)
  })
}

/** The order under its lock; 404 when there is none. */
export async function mustLock(trx: Trx, id: string): Promise<Order> {
  await lockOrder(trx, id)
  const order = await readOrder(trx, id)
  if (!order) throw new ProblemError(problems.notFound)
  return order
}
