import type { FastifyRequest } from 'fastify'
import type { DecisionRecord } from '../../observe/records.ts'
import type { AccessLine } from '../context.ts'

/** What an operator may ask about a request later. References only; nothing is rendered before somebody asks. */
export function recordOf(request: FastifyRequest, line: AccessLine, now: number): DecisionRecord {
  const { plan, client, decidedAt, limitPlan, decision } = request
  return {
    requestId: request.id,
    at: decidedAt === 0 ? now : decidedAt,
    method: request.method,
    route: line.route,
    service: line.service,
    auth: plan === null ? null : plan.auth,
    clientId: line.client,
    sub: client === null ? null : client.sub,
    keyId: request.keyId,
    address: request.address,
    verdict: request.verdict,
    status: line.status,
    error: line.error,
    plan: limitPlan,
    decision,
    settled: request.settled,
    revision: request.policy.number,
  }
}
