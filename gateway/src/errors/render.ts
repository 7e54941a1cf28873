import { STATUS_CODES } from 'node:http'
import { Readable } from 'node:stream'
import { PROBLEM_JSON, renderProblem } from '@stockgate/problem'
import type { FastifyReply } from 'fastify'
import type { Refusal } from './refusal.ts'
import { API_POLICY, securityHeaders } from './security-headers.ts'

/** Answers with the problem document of a refusal: the one way an error leaves the gateway, on both listeners. */
export function replyWithProblem(
  reply: FastifyReply,
  refusal: Refusal,
  origin: string,
  traceId: string,
): FastifyReply {
  const { kind, options, linger } = refusal
  // As bytes: to a text fastify would add a charset, and this media type has none.
  const bytes = Buffer.from(problemText(refusal, origin, traceId))
  return reply
    .code(kind.status)
    .headers({ ...options.headers, 'cache-control': 'no-store', 'content-length': String(bytes.length) })
    .type(PROBLEM_JSON)
    .send(linger === undefined ? bytes : Readable.from(endingAfter(bytes, linger)))
}

async function* endingAfter(bytes: Buffer, linger: Promise<void>): AsyncGenerator<Buffer> {
  yield bytes
  await linger
}

/** The whole message, where there is a socket and no reply: the connection ends after it. */
export function problemMessage(refusal: Refusal, origin: string, traceId: string): string {
  const body = problemText(refusal, origin, traceId)
  const secure = Object.entries({ ...securityHeaders(origin), 'content-security-policy': API_POLICY })
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')
  return (
    `HTTP/1.1 ${refusal.statusCode} ${STATUS_CODES[refusal.statusCode]}\r\n` +
    `content-type: ${PROBLEM_JSON}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n` +
    `cache-control: no-store\r\nx-request-id: ${traceId}\r\n${secure}connection: close\r\n\r\n${body}`
  )
}

function problemText(refusal: Refusal, origin: string, traceId: string): string {
  return JSON.stringify(renderProblem(refusal.kind, origin, { ...refusal.options, traceId }))
}
