import type { FastifyReply } from 'fastify'

export type HealthStatus = 'pass' | 'warn' | 'fail'

export interface Health {
  readonly status: HealthStatus
  readonly checks?: Readonly<Record<string, HealthStatus>>
}

/** The health that follows from single checks: as bad as the worst of them. */
export function healthOf(checks: Readonly<Record<string, HealthStatus>>): Health {
  const statuses = Object.values(checks)
  const status = statuses.includes('fail') ? 'fail' : statuses.includes('warn') ? 'warn' : 'pass'
  return { status, checks }
}

/** Answers 200, or 503 where something fails. */
export function replyWithHealth(reply: FastifyReply, health: Health): FastifyReply {
  return reply
    .code(health.status === 'fail' ? 503 : 200)
    .header('cache-control', 'no-store')
    .type('application/health+json')
    .send(Buffer.from(JSON.stringify(health)))
}
