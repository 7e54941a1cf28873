import { randomUUID } from 'node:crypto'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify, { type FastifyError, type FastifyReply, type FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import { catalog, type ErrorCode } from '../../errors/catalog.ts'
import { Refusal } from '../../errors/refusal.ts'
import { replyWithProblem } from '../../errors/render.ts'
import type { Certificates } from '../../tls/index.ts'
import type { Tokens } from '../../tokens/index.ts'
import { useAccess } from './access.ts'
import { useAudit } from './audit.ts'
import { useJsonBodies } from './bodies.ts'
import { useDescription } from './description.ts'
import { type FrontLimits, frontHeaders, rewriteTarget, useStrictFront } from './front.ts'
import { useLastRequest } from './last-request.ts'
import { SocketRefusals } from './socket-refusals.ts'
import { createSocketServer, type SocketLimits } from './sockets.ts'
import { useUnmatched } from './unmatched.ts'
import { useStrictValidation } from './validation.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Why it was refused. */
    refusal: Refusal | null
  }
}

export interface ListenerParts {
  readonly settings: FrontLimits & SocketLimits
  /** With them it speaks TLS and nothing else. */
  readonly adminCertificates: Certificates | null
  readonly tokens: Tokens
  readonly publicUrl: string
  readonly log: Logger
}

/** Longest name in a path: an id of ours is 30 characters, a candidate has at most 32. */
const LONGEST_PARAM = 128

const newId = (): string => randomUUID().replaceAll('-', '')

/**
 * A server with all that every route of the admin side has in common: tokens and scopes, strict input, problems for
 * all that goes wrong, a description of itself. Nothing of a resource is in here.
 */
export function createListener({ settings, adminCertificates, tokens, publicUrl, log }: ListenerParts) {
  const decorate = frontHeaders(publicUrl, adminCertificates !== null)
  const refusals = new SocketRefusals(publicUrl, newId)
  const answer = (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
    const refusal = refusalOf(error)
    request.refusal = refusal
    const { level } = catalog[refusal.code]
    if (level !== 'info')
      log[level](
        { request_id: request.id, error: refusal.code, err: refusal.options.cause },
        'admin call failed',
      )
    return replyWithProblem(decorate(reply, request.id), refusal, publicUrl, request.id)
  }
  const app = Fastify({
    logger: false,
    serverFactory: (handle) => createSocketServer(handle, settings, adminCertificates),
    forceCloseConnections: true,
    routerOptions: { maxParamLength: LONGEST_PARAM },
    rewriteUrl: rewriteTarget(settings),
    genReqId: newId,
    frameworkErrors: answer,
    clientErrorHandler: refusals.onError,
  }).withTypeProvider<TypeBoxTypeProvider>()
  app.setErrorHandler(answer)
  // Answers are what the handlers say: a description that does not fit must not drop members or end as a 500.
  app.setSerializerCompiler(() => JSON.stringify)
  app.addHook('onRequest', async (request, reply) => {
    decorate(reply, request.id)
  })
  refusals.install(app)
  app.decorateRequest('refusal', null)
  useAudit(app, log)
  useLastRequest(app, settings.REQUESTS_PER_CONNECTION)
  useStrictFront(app, settings, adminCertificates)
  useUnmatched(app)
  useAccess(app, tokens)
  useStrictValidation(app)
  useJsonBodies(app)
  useDescription(app)
  return app
}

export type AdminApp = ReturnType<typeof createListener>

const BY_FASTIFY: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'GW_MEDIA_TYPE',
  FST_ERR_CTP_BODY_TOO_LARGE: 'GW_BODY_SIZE',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'GW_BODY_LENGTH',
  FST_ERR_MAX_PARAM_LENGTH: 'GW_NO_ROUTE',
}

function refusalOf(error: FastifyError): Refusal {
  if (error instanceof Refusal) return error
  const known = BY_FASTIFY[error.code]
  if (known !== undefined) return new Refusal(known, { cause: error })
  return new Refusal(error.statusCode === 400 ? 'GW_MESSAGE' : 'GW_INTERNAL', { cause: error })
}
