import { createHash } from 'node:crypto'
import { ProblemError, problems } from '@stockgate/problem'
import type { FastifyRequest } from 'fastify'

/** A call that may be repeated without a second effect. */
export interface IdempotentCall {
  /** Who may reuse the key: one client and subject on one route. */
  readonly owner: string
  readonly key: string
  /** Hash of method, path and body: the same key with another fingerprint is a mistake of the caller. */
  readonly fingerprint: string
}

/** Reads `Idempotency-Key`, a structured-field string or bare; 400 when absent or unusable. */
export function idempotentCall(request: FastifyRequest): IdempotentCall {
  const header = request.headers['idempotency-key']
  if (header === undefined || Array.isArray(header)) throw new ProblemError(problems.idempotencyKeyRequired)
  const key = keyOf(header.trim())
  if (key === undefined) throw new ProblemError(problems.idempotencyKeyInvalid)
  const path = request.url.split('?', 1)[0] as string
  return {
    owner: `${request.caller.clientId} ${request.caller.sub} ${request.method} ${path}`,
    key,
    fingerprint: createHash('sha256')
      .update(JSON.stringify(request.body ?? null))
      .digest('base64url'),
  }
}

function keyOf(text: string): string | undefined {
  const inner = /^"((?:[^"\\]|\\["\\])*)"$/.exec(text)?.[1]?.replace(/\\(["\\])/g, '$1') ?? text
  return /^[\x20-\x7e]{1,255}$/.test(inner) && (inner !== text || !text.includes('"')) ? inner : undefined
}
