import { isMediaType, readJsonBody } from '@stockgate/json-body'
import { ProblemError, problems } from '@stockgate/problem'
import type { FastifyInstance } from 'fastify'

/** Largest body a service reads, in bytes. */
export const BODY_LIMIT = 1024 * 1024

/** The media type of a PATCH (RFC 7396). */
export const MERGE_PATCH = 'application/merge-patch+json'
const JSON_TYPE = 'application/json'

/**
 * JSON is the only language spoken: `application/merge-patch+json` for PATCH, `application/json` for the rest. Read by
 * the reader the gateway has too, which also refuses text that PostgreSQL cannot store as it is.
 */
export function useJsonBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    [JSON_TYPE, MERGE_PATCH],
    { parseAs: 'buffer', bodyLimit: BODY_LIMIT },
    (request, bytes, done) => {
      const type = request.method === 'PATCH' ? MERGE_PATCH : JSON_TYPE
      if (!isMediaType(request.headers['content-type'] ?? '', type))
        return done(wrongMediaType(request.method))
      const reading = readJsonBody(bytes as Buffer)
      if (reading.ok) return done(null, reading.value)
      if (reading.syntax) return done(new ProblemError(problems.malformedJson, { detail: reading.detail }))
      done(new ProblemError(problems.validationError, { errors: reading.faults }))
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

/** 415 that names the media type this method takes. */
function wrongMediaType(method: string): ProblemError {
  if (method !== 'PATCH')
    return new ProblemError(problems.unsupportedMediaType, { detail: `${method} takes application/json.` })
  const headers = { 'accept-patch': MERGE_PATCH }
  return new ProblemError(problems.unsupportedMediaType, { detail: `PATCH takes ${MERGE_PATCH}.`, headers })
}
