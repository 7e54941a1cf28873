import { type Health, replyWithHealth } from '../health/health.ts'
import type { AdminApp } from './http/listener.ts'

/** For orchestrators, which have no token. Readiness is the one of the public side. */
export function healthRoutes(app: AdminApp, readiness: () => Health): void {
  app.get('/livez', { config: { access: 'open' } }, (_request, reply) =>
    replyWithHealth(reply, { status: 'pass' }),
  )
  app.get('/readyz', { config: { access: 'open' } }, (_request, reply) => replyWithHealth(reply, readiness()))
}
