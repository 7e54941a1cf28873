import { randomUUID } from 'node:crypto'
import { useHealth, useProblems, useUnmatched } from '@stockgate/service-kit'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import type { Logger } from 'pino'
import { noticesTo } from './library-notices.ts'
import { useAccessLog, useIssuerLog } from './log.ts'
import { mountProvider } from './mount.ts'
import { createProvider, type IssuerOptions } from './provider.ts'
import { addSignIn } from './sign-in.ts'

export interface AppOptions extends IssuerOptions {
  readonly logger: Logger
}

/** The identity service: the provider below the path of its issuer, the sign-in page, health; problems for the rest. */
export function createApp(options: AppOptions): FastifyInstance {
  noticesTo(options.logger)
  const app = Fastify({
    loggerInstance: options.logger as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request_id' }),
    genReqId: (raw) => acceptableId(raw.headers['x-request-id']) ?? randomUUID(),
    requestTimeout: 60_000,
    keepAliveTimeout: 75_000,
    forceCloseConnections: 'idle',
  })
  app.decorate('publicUrl', new URL(options.issuer).origin)
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id)
  })
  useProblems(app)
  useUnmatched(app)
  useAccessLog(app)
  endConnectionsWhenClosing(app)
  useHealth(app, [])

  const provider = createProvider(options)
  useIssuerLog(provider, options.logger)
  mountProvider(app, provider)
  if (options.signIn) addSignIn(app, provider)
  return app
}

function acceptableId(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' && /^[\w-]{8,64}$/.test(value) ? value : undefined
}

/** Set early, since answers of the provider never pass onSend. */
function endConnectionsWhenClosing(app: FastifyInstance): void {
  let closing = false
  app.addHook('preClose', async () => {
    closing = true
  })
  app.addHook('onRequest', async (_request, reply) => {
    if (closing) reply.header('connection', 'close')
  })
}
