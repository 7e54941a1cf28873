import type { FastifyInstance, FastifyServerOptions } from 'fastify'
import { listen } from './1-listen/index.ts'
import { accessLog } from './2-access-log/index.ts'
import { edgeGuard } from './3-edge-guard/index.ts'
import { authenticate } from './4-authenticate/index.ts'
import { rateLimit } from './5-rate-limit/index.ts'
import { route } from './6-route/index.ts'
import { resilience } from './7-resilience/index.ts'
import { upstream } from './8-upstream/index.ts'
import { respond } from './9-respond/index.ts'
import { declareContext, type Gateway, type Stage } from './context.ts'

/**
 * The request path, top to bottom as a request meets it. Fastify finds the route before its first hook, so stages
 * 4 and 5 may read what the route demands; 6 is where routes are mounted and acted on.
 */
export const path: readonly Stage[] = [
  listen,
  accessLog,
  edgeGuard,
  authenticate,
  rateLimit,
  route,
  resilience,
  upstream,
  respond,
]

/** What the stages want of the server before it exists. */
export function pathOptions(gateway: Gateway): FastifyServerOptions {
  return Object.assign({}, ...path.map((stage) => stage.options?.(gateway)))
}

/**
 * Installs every stage. All of it happens at once and before any scope opens: a scope takes over only the hooks
 * its parent has by then.
 */
export function installPath(app: FastifyInstance, gateway: Gateway): void {
  declareContext(app)
  for (const stage of path) stage.install(app, gateway)
}
