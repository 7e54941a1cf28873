import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import { Unavailable } from '../../journal/index.ts'

/** `unknown`: the store did not confirm it, so it may be done all the same. */
type Outcome = 'done' | 'refused' | 'unknown' | 'failed'

/** What an operator did or wanted to do. Never the text of a key, nor a document. */
export interface Deed {
  /** The revision of the policy that came of it, where one did. */
  readonly revision?: number
  /** What it was done to: the id of an override or a key, the name of a candidate. */
  readonly target?: string
}

interface Attempt {
  readonly log: Logger
  readonly action: string
  deed: Deed
  reason: string | undefined
  /** The handler has it: its answer tells what came of it, whoever is still there to read that. */
  begun: boolean
  told: boolean
  /** Settles when the line has left the process: others wait to be written together. */
  written: Promise<void> | undefined
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** How the log names what a write does, such as `limits.apply`. */
    action?: string
  }
  interface FastifyRequest {
    /** The write that is under way; null where the route changes nothing. */
    attempt: Attempt | null
  }
}

/** Ids and names of ours. A whole key or token that somebody put into a path has another form. */
const NAME = /^(?!sgk_)[\w-]{1,64}$/

/**
 * Every try to change something leaves exactly one line in the log, whatever becomes of it: who, what, on what, with
 * which outcome. So does a read that is refused for its token, but that is no `audit`. Install before anything refuses.
 */
export function useAudit(app: FastifyInstance, log: Logger): void {
  app.decorateRequest('attempt', null)
  app.addHook('onRoute', ({ method, url, config }) => {
    if (config?.access === 'ops:write' && config.action === undefined)
      throw new Error(`${method} ${url} does not state its action`)
  })
  app.addHook('onRequest', async (request, reply) => {
    const { action } = request.routeOptions.config
    if (action === undefined) return
    const attempt = {
      log,
      action,
      deed: targetOf(request),
      reason: undefined,
      begun: false,
      told: false,
      written: undefined,
    }
    request.attempt = attempt
    // The client left before anything could be answered: it is told all the same.
    reply.raw.once('close', () => {
      if (!attempt.begun) tell(request, 'refused', null)
    })
  })
  app.addHook('preHandler', async ({ attempt, body }) => {
    if (attempt === null) return
    attempt.begun = true
    // The schema of the route has seen to it that this is one line.
    const { reason } = (body ?? {}) as { reason?: unknown }
    if (typeof reason === 'string') attempt.reason = reason
  })
  app.addHook('onSend', async (request, reply, payload) => {
    if (request.attempt !== null) tell(request, outcomeOf(request, reply), reply.statusCode)
    else if (reply.statusCode === 401 || reply.statusCode === 403) tellRead(log, request, reply.statusCode)
    // Whoever has the answer can rely on the line, even where this process is killed right behind it.
    await request.attempt?.written
    return payload
  })
}

/** Says what a write is about before it is tried. */
export function intend(request: FastifyRequest, deed: Deed): void {
  if (request.attempt !== null) request.attempt.deed = deed
}

/** Tells of a change as soon as it is made: the answer may wait for other gateways, and this process may end first. */
export function done(request: FastifyRequest, reply: FastifyReply, deed: Deed): void {
  intend(request, deed)
  tell(request, 'done', reply.statusCode)
}

function tell(request: FastifyRequest, outcome: Outcome, status: number | null): void {
  const { attempt, refusal } = request
  if (attempt === null || attempt.told) return
  attempt.told = true
  const { action, deed, reason } = attempt
  const level = outcome === 'unknown' || outcome === 'failed' ? 'warn' : 'info'
  const error = status === null ? 'GW_CLIENT_GONE' : (refusal?.code ?? null)
  const asked = { actor: request.operator || null, action, ...deed, ...(reason !== undefined && { reason }) }
  const line = { audit: true, ...asked, outcome, status, error, ...whence(request) }
  attempt.log[level](
    line,
    outcome === 'done' && deed.revision === undefined ? SENTENCES.idle : SENTENCES[outcome],
  )
  attempt.written = new Promise((resolve) => attempt.log.flush(() => resolve()))
}

const SENTENCES = {
  done: 'changed by an operator',
  idle: 'done for an operator',
  refused: 'a change by an operator was refused',
  unknown: 'perhaps changed by an operator: the store did not confirm it',
  failed: 'a change by an operator failed',
}

function tellRead(log: Logger, request: FastifyRequest, status: number): void {
  const { method, url: route } = request.routeOptions
  const error = request.refusal?.code ?? null
  const line = { actor: request.operator || null, method, route, status, error, ...whence(request) }
  log.info(line, 'a read by an operator was refused')
}

function whence({ id, ip }: FastifyRequest) {
  return { request_id: id, address: ip }
}

function outcomeOf({ refusal }: FastifyRequest, { statusCode }: FastifyReply): Outcome {
  if (statusCode < 400) return 'done'
  const { cause } = refusal?.options ?? {}
  if (cause instanceof Unavailable && cause.unsure) return 'unknown'
  return statusCode < 500 || statusCode === 503 ? 'refused' : 'failed'
}

function targetOf({ params }: FastifyRequest): Deed {
  const target = Object.values((params ?? {}) as Record<string, string>)[0]
  return target !== undefined && NAME.test(target) ? { target } : {}
}
