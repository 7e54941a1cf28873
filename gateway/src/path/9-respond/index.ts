import { randomUUID } from 'node:crypto'
import type { FastifyReply } from 'fastify'
import { catalog } from '../../errors/catalog.ts'
import { Refusal, refusalOf } from '../../errors/refusal.ts'
import { replyWithProblem } from '../../errors/render.ts'
import { API_POLICY, FRAME_POLICY, securityHeaders } from '../../errors/security-headers.ts'
import { enter, type Stage } from '../context.ts'
import { personalCacheControl } from './cache-rule.ts'

const NAME = '9-respond'
/** What earlier stages said about the request itself, and no service can have said. */
const OURS = new Set([
  'x-request-id',
  'ratelimit',
  'ratelimit-policy',
  'x-ratelimit-limit',
  'x-ratelimit-remaining',
  'x-ratelimit-reset',
])

/**
 * The last word on every answer: a refusal becomes a problem document, our security headers stand, and what is for one
 * caller is kept from caches that many share.
 */
export const respond: Stage = {
  name: NAME,

  // What the router would answer by itself. Nothing should get that far; if it does, it looks like the rest.
  options: ({ settings, log }) => ({
    frameworkErrors: (error, _request, reply) => {
      const id = randomUUID().replaceAll('-', '')
      log.error({ request_id: id, err: error }, 'a request was refused by the router itself')
      reply.headers({
        ...securityHeaders(settings.PUBLIC_URL),
        'content-security-policy': API_POLICY,
        'x-request-id': id,
      })
      replyWithProblem(reply, refusalOf(error), settings.PUBLIC_URL, id)
    },
  }),

  install: (app, { settings }) => {
    const origin = settings.PUBLIC_URL
    const headers = Object.entries(securityHeaders(origin))

    app.setErrorHandler((error, request, reply) => {
      // The answer of the service broke before its first byte went out: the client can still be told properly.
      const broken = request.error === 'GW_UPSTREAM_CUT'
      if (broken) forgetAnswer(reply)
      const refusal = broken ? new Refusal('GW_UPSTREAM_CUT', { cause: error }) : refusalOf(error)
      const { cause } = refusal.options
      request.error = refusal.code
      if (refusal.code === 'GW_INTERNAL') request.failure = cause
      else if (catalog[refusal.code].fault !== 'client') request.cause = codeOf(cause)
      return replyWithProblem(reply, refusal, origin, request.id)
    })

    app.addHook('onSend', (request, reply, payload, done) => {
      enter(request, NAME)
      for (const [name, value] of headers) reply.header(name, value)
      const policy = reply.getHeader('content-security-policy')
      reply.header(
        'content-security-policy',
        policy === undefined ? API_POLICY : `${policy}, ${FRAME_POLICY}`,
      )
      if (request.client !== null || reply.hasHeader('set-cookie')) {
        const said = reply.getHeader('cache-control')
        reply.header('cache-control', personalCacheControl(said === undefined ? said : String(said)))
      }
      done(null, payload)
    })
  },
}

/** Takes back the headers of an answer that will not come. */
function forgetAnswer(reply: FastifyReply): void {
  for (const name of Object.keys(reply.getHeaders())) if (!OURS.has(name)) reply.removeHeader(name)
}

function codeOf(cause: unknown): string | null {
  const { code } = (cause ?? {}) as { code?: unknown }
  return typeof code === 'string' ? code : null
}
