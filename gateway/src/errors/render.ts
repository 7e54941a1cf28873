import { Readable } from 'node:stream'
import { PROBLEM_JSON, renderProblem } from '@stockgate/problem'
import type { FastifyReply } from 'fastify'
import type { Refusal } from './refusal.ts'

/** Answers with the problem document of a refusal: the one way an error leaves the gateway, on both listeners. */
export function replyWithProblem(
  reply: FastifyReply,
  refusal: Refusal,
  origin: string,
  traceId: string,
): FastifyReply {
  const { kind, options } = refusal
  return (
    reply
      .code(kind.status)
      .headers({ ...options.headers, 'cache-control': 'no-store' })
      .type(PROBLEM_JSON)
      // As bytes: to a text fastify would add a charset, and this media type has none.
      .send(Buffer.from(problemText(refusal, origin, traceId)))
  )
}

/** The document itself, for answers that are written to a socket without a reply. */
export function problemText(refusal: Refusal, origin: string, traceId: string): string {
  return JSON.stringify(renderProblem(refusal.kind, origin, { ...refusal.options, traceId }))
}
