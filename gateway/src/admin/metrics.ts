import type { Metrics } from '../observe/index.ts'
import type { AdminApp } from './http/listener.ts'

/** For Prometheus, which has no token of ours; nothing in it tells of a client. */
export function metricRoutes(app: AdminApp, metrics: Metrics): void {
  app.get('/metrics', { config: { access: 'open' } }, async (_request, reply) => {
    const text = await metrics.text()
    return reply.type(metrics.contentType).send(text)
  })
}
