import { randomUUID } from 'node:crypto'
import swagger from '@fastify/swagger'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { CallerVerifier } from '@stockgate/caller'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import type { Logger } from 'pino'
import { useAcceptable } from './acceptable.ts'
import { BODY_LIMIT, useJsonBodies } from './bodies.ts'
import { useCallerCheck } from './caller-check.ts'
import './context.ts'
import { useProblems } from './errors.ts'
import { type ReadinessCheck, useHealth } from './health.ts'
import { useRouteTable } from './route-table.ts'
import { problemSchema } from './schemas.ts'
import { LONGEST_PARAM, useUnmatched } from './unmatched.ts'
import { useStrictValidation } from './validation.ts'
import { answerUnreadable, answerUnroutable } from './wire-errors.ts'

export interface ServiceOptions {
  /** Name of the service, as in its manifest. */
  name: string
  title: string
  description: string
  /** Public base URL of the API. */
  publicUrl: URL
  verifyCaller: CallerVerifier
  checks: readonly ReadinessCheck[]
  logger: Logger
}

/**
 * A fastify app with all that every small service answers alike: problems, strict validation, caller check, health,
 * request id, one log line per request, OpenAPI. Register routes on it; nothing of a domain is in here.
 */
export async function createServiceApp(options: ServiceOptions) {
  const publicUrl = options.publicUrl.href.replace(/\/$/, '')
  const app = Fastify({
    loggerInstance: options.logger as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT,
    routerOptions: { maxParamLength: LONGEST_PARAM },
    genReqId: (raw) => acceptableId(raw.headers['x-request-id']) ?? randomUUID(),
    requestTimeout: 60_000,
    keepAliveTimeout: 75_000,
    forceCloseConnections: 'idle',
    // A request that still comes in while closing is served: what it needs is released last.
    return503OnClosing: false,
    frameworkErrors: answerUnroutable,
    clientErrorHandler: answerUnreadable(publicUrl),
  }).withTypeProvider<TypeBoxTypeProvider>()

  app.decorate('publicUrl', publicUrl)
  // Answers are what the handlers say: a description that does not fit must not drop properties or end as a 500.
  app.setSerializerCompiler(() => JSON.stringify)
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id)
  })
  useStrictValidation(app)
  useProblems(app)
  useUnmatched(app)
  useRouteTable(app)
  useJsonBodies(app)
  useAcceptable(app)
  useCallerCheck(app, options.verifyCaller)
  app.addHook('onSend', async (_request, reply) => {
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'private, no-cache')
  })
  app.addHook('onResponse', async (request, reply) => {
    if (request.routeOptions.config.open) return
    request.log.info({
      request_id: request.id,
      method: request.method,
      route: request.routeOptions.url,
      status: reply.statusCode,
      client: request.caller?.clientId,
      total_ms: Math.round(reply.elapsedTime * 10) / 10,
    })
  })
  closeConnectionsWhileClosing(app)

  app.addSchema(problemSchema)
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.1',
      info: { title: options.title, description: options.description, version: '1.0.0' },
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
      security: [{ bearer: [] }],
    },
    refResolver: { buildLocalReference: (json, _base, _fragment, i) => String(json.$id ?? `schema-${i}`) },
  })
  useHealth(app, options.checks)
  return app
}

export type ServiceApp = Awaited<ReturnType<typeof createServiceApp>>

function acceptableId(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' && /^[\w-]{8,64}$/.test(value) ? value : undefined
}

/** Without this a keep-alive client would hold close() until its connection times out. */
function closeConnectionsWhileClosing(app: FastifyInstance): void {
  let closing = false
  app.addHook('preClose', async () => {
    closing = true
  })
  app.addHook('onSend', async (_request, reply) => {
    if (closing) reply.header('connection', 'close')
  })
}
