import { ProblemError, problems } from '@stockgate/problem'
import { type Caller, insufficientScope } from '@stockgate/service-kit'
import type { Order } from '../domain/order.ts'

/** Scopes of the routes; the caller needs one of them, and what it reaches with it is decided below. */
export const READ = { anyScopes: ['orders:read', 'orders:read:all'] }
export const WRITE = { anyScopes: ['orders:write', 'orders:write:all'] }
export const FULFILL = { scopes: ['orders:fulfill'] }

/** May the caller read the orders of this user? */
export function mayRead(caller: Caller, userId: string): boolean {
  return caller.scopes.has('orders:read:all') || (caller.scopes.has('orders:read') && caller.sub === userId)
}

function mayWrite(caller: Caller, userId: string): boolean {
  return caller.scopes.has('orders:write:all') || (caller.scopes.has('orders:write') && caller.sub === userId)
}

/** The order if the caller may read it. What is out of reach is answered like what is not there. */
export function readable(caller: Caller, order: Order | undefined): Order {
  if (!order || !mayRead(caller, order.userId)) throw noOrder()
  return order
}

/** Throws the same for an order the caller may not change. */
export function requireWritable(caller: Caller, order: Order): void {
  if (!mayWrite(caller, order.userId)) throw noOrder()
}

/** Whose order the caller may place: its own, or anybody's with `orders:write:all`. */
export function buyerOf(caller: Caller, userId: string | undefined): string {
  const buyer = userId ?? caller.sub
  if (!mayWrite(caller, buyer)) throw insufficientScope(['orders:write:all'])
  return buyer
}

function noOrder(): ProblemError {
  return new ProblemError(problems.notFound, { detail: 'No order has this id.' })
}
