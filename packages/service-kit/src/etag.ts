import { createHash } from 'node:crypto'
import { ProblemError, problems } from '@stockgate/problem'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** A strong entity tag: the version of the resource and a hash of this very representation (RFC 9110 §8.8.3). */
export function etagOf(version: number, body: string): string {
  return `"${version}-${createHash('sha256').update(body).digest('base64url').slice(0, 16)}"`
}

/** Sends a representation with its ETag, or 304 when the caller has just this one. */
export function sendTagged(
  request: FastifyRequest,
  reply: FastifyReply,
  version: number,
  body: object,
): FastifyReply {
  const text = JSON.stringify(body)
  const etag = etagOf(version, text)
  reply.header('etag', etag)
  const isRead = request.method === 'GET' || request.method === 'HEAD'
  if (isRead && matches(request.headers['if-none-match'], (tag) => tag.replace(/^W\//, '') === etag))
    return reply.code(304).send()
  return reply.type('application/json; charset=utf-8').send(text)
}

/**
 * Refuses a change unless `If-Match` names the present version: 428 without it, 412 when it is stale.
 * A weak tag matches nothing (RFC 9110 §13.1.1). Only the version counts: another representation of the same state protects against lost updates just as well.
 */
export function requireIfMatch(request: FastifyRequest, version: number): void {
  const header = request.headers['if-match']
  if (header === undefined) throw new ProblemError(problems.preconditionRequired)
  const current = `"${version}-`
  if (header.trim() === '*' || matches(header, (tag) => tag.startsWith(current))) return
  throw new ProblemError(problems.preconditionFailed, {
    detail: 'The resource is at another version by now.',
  })
}

function matches(header: string | undefined, is: (tag: string) => boolean): boolean {
  if (header === undefined) return false
  if (header.trim() === '*') return true
  return (header.match(/(?:W\/)?"[^"]*"/g) ?? []).some(is)
}
