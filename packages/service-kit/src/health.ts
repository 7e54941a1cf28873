import type { FastifyInstance, FastifyReply } from 'fastify'

/** One thing the service needs in order to serve; rejects when it is not there. */
export interface ReadinessCheck {
  readonly name: string
  readonly check: () => Promise<unknown>
}

const TYPE = 'application/health+json'

/** `/livez` says the process runs and never looks further; `/readyz` asks the checks and fails while closing. */
export function useHealth(app: FastifyInstance, checks: readonly ReadinessCheck[]): void {
  let closing = false
  app.addHook('preClose', async () => {
    closing = true
  })
  const answer = (reply: FastifyReply, pass: boolean, outcome?: Record<string, string>) =>
    reply
      .code(pass ? 200 : 503)
      .header('cache-control', 'no-store')
      .type(TYPE)
      .send(JSON.stringify({ status: pass ? 'pass' : 'fail', ...(outcome && { checks: outcome }) }))

  const options = { config: { open: true }, schema: { hide: true } }
  app.get('/livez', options, (_request, reply) => answer(reply, true))
  app.get('/readyz', options, async (_request, reply) => {
    const settled = await Promise.allSettled(checks.map(({ check }) => check()))
    const outcome = Object.fromEntries(
      checks.map(({ name }, i) => [name, settled[i]?.status === 'fulfilled' ? 'pass' : 'fail']),
    )
    const pass = !closing && Object.values(outcome).every((status) => status === 'pass')
    return answer(reply, pass, closing ? { ...outcome, shutdown: 'fail' } : outcome)
  })
}
