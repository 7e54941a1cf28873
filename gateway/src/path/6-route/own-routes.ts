import type { FastifyInstance, FastifyReply, RouteHandlerMethod } from 'fastify'
import { replyWithHealth } from '../../health/health.ts'
import type { Gateway, RoutePlan } from '../context.ts'
import { mergeOpenApi } from './openapi.ts'
import { ownPlan } from './plan.ts'
import { useProblemPages } from './problem-pages.ts'
import { readinessOf } from './readiness.ts'
import { resourceMetadata } from './resource-metadata.ts'
import type { KnownPaths } from './unmatched.ts'

/** Registers GET and HEAD of one of the gateway's own paths, open to everyone unless told otherwise. */
export type OwnRoute = (path: string, handler: RouteHandlerMethod, auth?: RoutePlan['auth']) => void

/**
 * What the gateway itself answers on the public listener. It costs nothing, and what is open to everyone tells nothing
 * a client may not know.
 */
export function useOwnRoutes(app: FastifyInstance, gateway: Gateway, paths: KnownPaths): void {
  const own: OwnRoute = (path, handler, auth) => {
    paths.note(path, ['GET', 'HEAD'])
    app.route({ method: ['GET', 'HEAD'], url: path, config: { plan: ownPlan(path, auth) }, handler })
  }
  app.decorate('readiness', () => readinessOf(app, gateway))
  // Liveness says that the process runs, and looks no further.
  own('/livez', (_request, reply) => replyWithHealth(reply, { status: 'pass' }))
  own('/readyz', (_request, reply) => replyWithHealth(reply, app.readiness()))
  useProblemPages(own, gateway.settings.PUBLIC_URL)
  own(
    '/usage',
    async (request, reply) => reply.header('cache-control', 'no-store').send(await app.usageOf(request)),
    'bearer',
  )

  const { settings, policy, callerKey, openapi, keys } = gateway
  const { manifests } = policy.current()
  const documents: Record<string, [type: string, document: object]> = {
    '/': ['application/json', links(settings.PUBLIC_URL)],
    '/openapi.json': [
      'application/json',
      mergeOpenApi(manifests, openapi, settings.PUBLIC_URL, keys.on ? ['bearer', 'api_key'] : ['bearer']),
    ],
    '/.well-known/jwks.json': ['application/jwk-set+json', { keys: [callerKey.publicJwk] }],
  }
  for (const [path, document] of resourceMetadata(manifests, settings))
    documents[path] = ['application/json', document]
  for (const [path, [type, document]] of Object.entries(documents)) {
    // The first page is the one place a service may have for itself.
    if (path === '/' && manifests.some(({ routes }) => routes.some((route) => route.path === '/'))) continue
    const bytes = Buffer.from(JSON.stringify(document))
    own(path, (_request, reply) => sendBytes(reply, type, bytes))
  }
}

function links(origin: string): object {
  const paths = {
    openapi: '/openapi.json',
    usage: '/usage',
    resource_metadata: '/.well-known/oauth-protected-resource',
    caller_keys: '/.well-known/jwks.json',
    liveness: '/livez',
    readiness: '/readyz',
  }
  return {
    name: 'Stockgate',
    links: Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, origin + path])),
  }
}

/** These documents change only with a restart, yet a restart may come at any time. */
function sendBytes(reply: FastifyReply, type: string, bytes: Buffer): FastifyReply {
  return reply.header('cache-control', 'public, max-age=60').type(type).send(bytes)
}
