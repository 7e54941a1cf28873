import { isUtf8 } from 'node:buffer'
import { ProblemError, problems } from '@stockgate/problem'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { pointerSegment } from './validation.ts'

/** Largest body a service reads, in bytes. */
export const BODY_LIMIT = 1024 * 1024

/** The media type of a PATCH (RFC 7396). */
export const MERGE_PATCH = 'application/merge-patch+json'

/**
 * JSON is the only language spoken: `application/merge-patch+json` for PATCH, `application/json` for the rest.
 * Text that PostgreSQL cannot store as it is gets refused here: NUL, half a surrogate pair, and bytes that are not UTF-8.
 */
export function useJsonBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    ['application/json', MERGE_PATCH],
    { parseAs: 'buffer', bodyLimit: BODY_LIMIT },
    (request, bytes, done) => {
      refuseWrongPatchType(request)
      if (bytes.length === 0)
        return done(new ProblemError(problems.malformedJson, { detail: 'The body is empty.' }))
      if (!isUtf8(bytes as Buffer))
        return done(new ProblemError(problems.malformedJson, { detail: 'The body is not UTF-8.' }))
      const body = bytes.toString()
      parse(request, body, (error, value) => {
        if (error) return done(error)
        const fault = UNSTORABLE_ESCAPE.test(body) ? unstorableText(value, '#') : undefined
        if (fault === undefined) return done(null, value)
        done(new ProblemError(problems.validationError, { errors: [fault] }))
      })
    },
  )
  // Read all the same: a connection closed under a body that still comes is reset, and the refusal is lost with it.
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: BODY_LIMIT }, (request, _body, done) =>
    done(wrongMediaType(request.method)),
  )
  app.addHook('preValidation', async (request) => {
    for (const [pointerTo, values] of [
      [(name: string) => `?${name}`, request.query],
      [(name: string) => `/{${name}}`, request.params],
    ] as const) {
      for (const [name, value] of Object.entries((values ?? {}) as Record<string, unknown>)) {
        if (JSON.stringify(value).includes('\\u0000'))
          throw new ProblemError(problems.invalidParameter, {
            errors: [{ pointer: pointerTo(name), detail: 'must not hold the character U+0000' }],
          })
      }
    }
  })
}

function refuseWrongPatchType(request: FastifyRequest): void {
  const isMergePatch = request.headers['content-type']?.toLowerCase().startsWith(MERGE_PATCH) === true
  if (isMergePatch !== (request.method === 'PATCH')) throw wrongMediaType(request.method)
}

/** 415 that names the media type this method takes. */
function wrongMediaType(method: string): ProblemError {
  if (method !== 'PATCH')
    return new ProblemError(problems.unsupportedMediaType, { detail: `${method} takes application/json.` })
  const headers = { 'accept-patch': MERGE_PATCH }
  return new ProblemError(problems.unsupportedMediaType, { detail: `PATCH takes ${MERGE_PATCH}.`, headers })
}

/** Only an escape can put a NUL or half a pair into a body of valid UTF-8. */
const UNSTORABLE_ESCAPE = /\\u(0000|d[89a-f])/i

function unstorableText(value: unknown, pointer: string): { pointer: string; detail: string } | undefined {
  if (typeof value === 'string') {
    if (value.includes('\0')) return { pointer, detail: 'must not hold the character U+0000' }
    return value.isWellFormed() ? undefined : { pointer, detail: 'must not hold half a surrogate pair' }
  }
  if (value === null || typeof value !== 'object') return undefined
  for (const [key, inner] of Object.entries(value)) {
    const found = unstorableText(key, pointer) ?? unstorableText(inner, `${pointer}${pointerSegment(key)}`)
    if (found !== undefined) return found
  }
  return undefined
}
