import { isUtf8 } from 'node:buffer'
import { parseDocument } from '@stockgate/policy-schema'
import type { ProblemDetail } from '@stockgate/problem'
import type { FastifyInstance } from 'fastify'
import { Refusal } from '../../errors/refusal.ts'
import { pointerOf } from './pointer.ts'

/** Largest body, in bytes: a limits.json with ten thousand clients is a third of it. */
export const BODY_LIMIT = 1024 * 1024
/** A limits.json needs eight levels. Deeper ones could exhaust the stack of whoever walks through them. */
const DEEPEST = 32

/** JSON alone is read, each body once and whole: bounded in size and depth, no key twice, no text that is none. */
export function useJsonBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  const options = { parseAs: 'buffer', bodyLimit: BODY_LIMIT } as const
  app.addContentTypeParser<Buffer>('application/json', options, (_request, bytes, done) => {
    try {
      done(null, read(bytes))
    } catch (error) {
      done(error as Error)
    }
  })
  // Read all the same: a connection closed under a body that still comes is reset, and the refusal is lost with it.
  app.addContentTypeParser('*', options, (_request, _bytes, done) =>
    done(new Refusal('GW_MEDIA_TYPE', { detail: 'Send a body of type application/json.' })),
  )
}

function read(bytes: Buffer): unknown {
  if (bytes.length === 0) throw new Refusal('GW_JSON', { detail: 'The body is empty.' })
  if (!isUtf8(bytes)) throw new Refusal('GW_JSON', { detail: 'The body is not UTF-8.' })
  if (isDeeperThan(bytes, DEEPEST))
    throw new Refusal('GW_JSON', { detail: `The body is nested deeper than ${DEEPEST} levels.` })
  const verdict = parseDocument(bytes.toString())
  if (!verdict.ok) {
    const syntax = verdict.problems.some(({ rule }) => rule === 'json-syntax')
    throw new Refusal(syntax ? 'GW_JSON' : 'GW_INPUT', {
      errors: verdict.problems
        .slice(0, 100)
        .map(({ pointer, message, rule }) => ({ pointer, detail: message, code: rule })),
    })
  }
  const fault = unfit(verdict.document, [])
  if (fault !== undefined) throw new Refusal('GW_INPUT', { errors: [fault] })
  return verdict.document
}

/** Counts brackets outside of texts, before anything is parsed. */
function isDeeperThan(bytes: Buffer, deepest: number): boolean {
  let depth = 0
  let inText = false
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]
    if (inText) {
      if (byte === 0x5c) i++
      else if (byte === 0x22) inText = false
    } else if (byte === 0x22) inText = true
    else if (byte === 0x7b || byte === 0x5b) {
      if (++depth > deepest) return true
    } else if (byte === 0x7d || byte === 0x5d) depth--
  }
  return false
}

/** What no name and no text of ours may be. The depth is bounded by now. */
function unfit(value: unknown, path: readonly (string | number)[]): ProblemDetail | undefined {
  if (typeof value === 'string') {
    if (value.includes('\0')) return { pointer: `#${pointerOf(...path)}`, detail: 'must not hold U+0000' }
    if (value.isWellFormed()) return undefined
    return { pointer: `#${pointerOf(...path)}`, detail: 'must not hold half a surrogate pair' }
  }
  // Infinity is what JSON.parse makes of 1e400.
  if (typeof value === 'number' && !Number.isFinite(value))
    return { pointer: `#${pointerOf(...path)}`, detail: 'is too large a number' }
  if (value === null || typeof value !== 'object') return undefined
  for (const [key, inner] of Object.entries(value)) {
    const place = [...path, Array.isArray(value) ? Number(key) : key]
    const found = unfit(key, path) ?? unfit(inner, place)
    if (found !== undefined) return found
  }
  return undefined
}
