import { PROBLEM_JSON, type ProblemKind, problems, renderProblem } from '@stockgate/problem'
import { created, type StoredAnswer } from '@stockgate/service-kit'
import type { Order, Rejection, RejectionCode } from '../domain/order.ts'
import { orderBody } from './order-body.ts'

const KINDS: Readonly<Record<RejectionCode, ProblemKind>> = {
  INSUFFICIENT_STOCK: problems.insufficientStock,
  INVALID_LINES: problems.validationError,
  RESERVATION_LOST: problems.orderRejected,
  RESERVATION_REFUSED: problems.orderRejected,
  TIMED_OUT: problems.orderRejected,
}

/**
 * The final answer to the call that placed an order, whoever brought the placement to its end. `origin` is the public
 * base URL. A rejected order is a problem that names the order, which is kept.
 */
export function placementAnswer(origin: string, order: Order): StoredAnswer {
  if (order.rejection) return refusal(origin, order, order.rejection)
  const { headers, ...answer } = created(`/orders/${order.id}`, order.version, orderBody(order))
  return { ...answer, headers: { ...headers, 'cache-control': 'private, no-cache' } }
}

function refusal(origin: string, order: Order, { code, detail, errors }: Rejection): StoredAnswer {
  const kind = KINDS[code]
  const problem = renderProblem(kind, origin, {
    detail:
      code === 'INSUFFICIENT_STOCK' ? `${errors.length} of ${lines(order)} cannot be reserved.` : detail,
    instance: `/orders/${order.id}`,
    traceId: order.traceId,
    ...(errors.length > 0 && { errors: [...errors] }),
  })
  return {
    status: kind.status,
    headers: { 'content-type': PROBLEM_JSON, 'cache-control': 'no-store' },
    body: problem,
  }
}

function lines({ lines }: Order): string {
  return lines.length === 1 ? '1 line' : `${lines.length} lines`
}
