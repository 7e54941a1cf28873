import { ProblemError, problems } from '@stockgate/problem'
import type { FastifyInstance, FastifyRequest } from 'fastify'

/** Largest body a service reads, in bytes. */
export const BODY_LIMIT = 1024 * 1024

/** The media type of a PATCH (RFC 7396). */
export const MERGE_PATCH = 'application/merge-patch+json'

/**
 * JSON is the only language spoken: `application/merge-patch+json` for PATCH, `application/json` for the rest.
 * Text with NUL is refused here, since PostgreSQL cannot store it.
 */
export function useJsonBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    ['application/json', MERGE_PATCH],
    { parseAs: 'string', bodyLimit: BODY_LIMIT },
    (request, body, done) => {
      refuseWrongPatchType(request)
      if (body.length === 0)
        return done(new ProblemError(problems.malformedJson, { detail: 'The body is empty.' }))
      parse(request, body as string, (error, value) => {
        if (error) return done(error)
        const fault = (body as string).includes('\\u0000') ? nulPointer(value, '#') : undefined
        if (fault === undefined) return done(null, value)
        done(
          new ProblemError(problems.validationError, {
            errors: [{ pointer: fault, detail: 'must not hold the character U+0000' }],
          }),
        )
      })
    },
  )
  app.addHook('preValidation', async (request) => {
    for (const [part, values] of [
      ['?', request.query],
      ['/', request.params],
    ] as const) {
      for (const [name, value] of Object.entries((values ?? {}) as Record<string, unknown>)) {
        if (JSON.stringify(value).includes('\\u0000'))
          throw new ProblemError(problems.invalidParameter, {
            errors: [{ pointer: `${part}${name}`, detail: 'must not hold the character U+0000' }],
          })
      }
    }
  })
}

function refuseWrongPatchType(request: FastifyRequest): void {
  const isMergePatch = request.headers['content-type']?.toLowerCase().startsWith(MERGE_PATCH) === true
  if (isMergePatch === (request.method === 'PATCH')) return
  throw new ProblemError(problems.unsupportedMediaType, {
    detail:
      request.method === 'PATCH'
        ? `PATCH takes ${MERGE_PATCH}.`
        : `${request.method} takes application/json.`,
    ...(request.method === 'PATCH' && { headers: { 'accept-patch': MERGE_PATCH } }),
  })
}

function nulPointer(value: unknown, pointer: string): string | undefined {
  if (typeof value === 'string') return value.includes('\0') ? pointer : undefined
  if (value === null || typeof value !== 'object') return undefined
  for (const [key, inner] of Object.entries(value)) {
    const found = key.includes('\0') ? pointer : nulPointer(inner, `${pointer}/${key}`)
    if (found !== undefined) return found
  }
  return undefined
}
