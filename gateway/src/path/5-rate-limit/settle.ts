import type { FastifyReply, FastifyRequest } from 'fastify'
import { catalog } from '../../errors/catalog.ts'
import type { Gateway } from '../context.ts'

const LARGEST_COST = 1_000_000
const WHOLE = /^\d{1,7}$/
/** As much of a value that cannot be read as goes into the log. */
const SHOWN = 40

/**
 * Makes what is done once a response has ended, in whatever way. What failed on our side, or the service's, costs
 * nothing; a service may say what its answer was truly worth; a client that left early has spent what it spent.
 */
export function createSettlement({
  limiter,
  log,
}: Pick<Gateway, 'limiter' | 'log'>): (request: FastifyRequest, reply: FastifyReply) => void {
  const complainedOf = new WeakSet<object>()

  /** What the service says its answer has cost; undefined where it says nothing that can be read. */
  function costSaid({ costSaid: said, plan }: FastifyRequest): number | undefined {
    if (said === null) return undefined
    const cost = typeof said === 'string' && WHOLE.test(said) ? Number(said) : Number.POSITIVE_INFINITY
    if (cost <= LARGEST_COST) return cost
    if (plan !== null && !complainedOf.has(plan)) {
      complainedOf.add(plan)
      log.warn(
        { service: plan.service, route: plan.pattern, value: String(said).slice(0, SHOWN) },
        `a Stockgate-Cost is no whole number from 0 to ${LARGEST_COST}: it is ignored here from now on`,
      )
    }
    return undefined
  }

  return (request, reply) => {
    request.over = true
    const receipt = request.decision?.receipt ?? null
    if (receipt === null) return
    const cost = isOurFailure(request, reply) ? 0 : (costSaid(request) ?? receipt.cost)
    request.settled = cost
    if (cost !== receipt.cost) limiter.settle(receipt, cost)
    limiter.release(receipt)
  }
}

/** A 5xx, whoever wrote it, and an answer that somebody other than the client broke off. */
function isOurFailure({ error, statusSeen }: FastifyRequest, { raw }: FastifyReply): boolean {
  if ((statusSeen ?? raw.statusCode) >= 500) return true
  return error !== null && catalog[error].fault !== 'client'
}
