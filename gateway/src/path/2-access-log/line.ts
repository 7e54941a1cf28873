import type { FastifyReply, FastifyRequest } from 'fastify'
import type { AccessLine } from '../context.ts'

/** The client left before it had its answer. No such status goes over the wire. */
const CLIENT_GONE = 499
const LONGEST_PATH = 1024

/**
 * The one line of a request, with all that is needed to decide it once more under other limits. It holds no header
 * and no query, so no credential can get into it.
 */
export function lineOf(request: FastifyRequest, reply: FastifyReply, bytesOut: number): AccessLine {
  const { plan, client, limitPlan, decision, settled } = request
  const unseen = !reply.raw.writableFinished && request.statusSeen === null
  // Nobody reads the answer to a body that was broken off.
  const gone = unseen && (request.error === null || request.error === 'GW_CLIENT_GONE')
  return {
    request_id: request.id,
    method: request.method,
    route: plan === null ? null : plan.pattern,
    path: pathOf(request.originalUrl),
    status: gone ? CLIENT_GONE : (request.statusSeen ?? reply.raw.statusCode),
    address: request.address,
    client: client === null ? null : client.clientId,
    ...(client !== null && client.sub !== client.clientId && { sub: client.sub }),
    ...(request.keyId !== null && { key_id: request.keyId }),
    tier: limitPlan === null ? null : limitPlan.tier,
    verdict: request.verdict,
    limit: request.limitHit,
    ...(limitPlan !== null && { owner: limitPlan.owner }),
    ...(decision !== null && {
      cost: decision.cost,
      decided_by: decision.decidedBy,
      decided_at: request.decidedAt,
    }),
    ...(decision !== null && settled !== null && settled !== decision.cost && { settled }),
    revision: request.policy.number,
    service: plan === null ? null : plan.service,
    upstream: request.upstream,
    bytes_out: bytesOut,
    total_ms: tenths(performance.now() - request.startedAt),
    upstream_ms: request.upstreamMs === null ? null : tenths(request.upstreamMs),
    error: gone ? 'GW_CLIENT_GONE' : request.error,
    ...(request.cause !== null && { cause: request.cause }),
    ...(request.failure !== undefined && { err: request.failure }),
  }
}

/**
 * What begins as every JWT and every API key of ours does. It ends a match wherever it began one: with a part that could
 * be missing behind each beginning, a path of nothing but beginnings would be read once for each of them.
 */
const CREDENTIAL = /eyJ[\w.-]*|sgk_\w*/g

/**
 * Only paths are written: a target with an authority may hold a password. Where a client puts a credential into the
 * path, others could read it there.
 */
function pathOf(target: string): string | null {
  if (!target.startsWith('/') || target.startsWith('//')) return null
  const end = target.search(/[?#]/)
  const path = target.slice(0, end === -1 ? LONGEST_PATH : Math.min(end, LONGEST_PATH))
  if (!path.includes('eyJ') && !path.includes('sgk_')) return path
  return path.replace(CREDENTIAL, '[credential]')
}

function tenths(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10
}
