import { randomUUID } from 'node:crypto'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import type { Logger } from 'pino'
import { BODY_LIMIT } from './bodies.ts'
import './context.ts'
import { useProblems } from './errors.ts'
import { LONGEST_PARAM, useUnmatched } from './unmatched.ts'
import { answerUnreadable, answerUnroutable } from './wire-errors.ts'

export interface BaseOptions {
  /** Public base URL of the API, without trailing slash. */
  publicUrl: string
  logger: Logger
}

/**
 * What every process behind the gateway answers alike, whoever may call it: problems for all that goes wrong, request
 * id, one log line per request, an orderly end. `createServiceApp` adds what a service of the API has besides.
 */
export function createBaseApp({ publicUrl, logger }: BaseOptions) {
  const app = Fastify({
    loggerInstance: logger as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request_id' }),
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
  })
  app.decorate('publicUrl', publicUrl)
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id)
  })
  useProblems(app)
  useUnmatched(app)
  app.addHook('onResponse', async (request, reply) => {
    if (request.routeOptions.config.open) return
    request.log.info({
      method: request.method,
      route: request.routeOptions.url,
      status: reply.statusCode,
      client: request.caller?.clientId,
      total_ms: Math.round(reply.elapsedTime * 10) / 10,
    })
  })
  closeConnectionsWhileClosing(app)
  return app
}

function acceptableId(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' && /^[\w-]{8,64}$/.test(value) ? value : undefined
}

/** Without this a keep-alive client would hold close() until its connection times out. */
function closeConnectionsWhileClosing(app: FastifyInstance): void {
  let closing = false
  app.addHook('preClose', async () => {
    closing = true
  })
  // Early for answers that never pass onSend, late for those that were begun before.
  app.addHook('onRequest', async (_request, reply) => {
    if (closing) reply.header('connection', 'close')
  })
  app.addHook('onSend', async (_request, reply) => {
    if (closing) reply.header('connection', 'close')
  })
}
