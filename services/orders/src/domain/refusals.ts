import { ProblemError, problems } from '@stockgate/problem'
import type { Fault, Order } from './order.ts'

/** Something its present state does not allow; `path` tells whose. */
export function illegal(path: string, detail: string, errors?: Fault[]): ProblemError {
  return new ProblemError(problems.illegalTransition, {
    detail,
    instance: path,
    ...(errors && { errors }),
  })
}

/** Where an order is read. */
export function pathOf({ id }: Pick<Order, 'id'>): string {
  return `/orders/${id}`
}
