import { isMediaType, readJsonBody } from '@stockgate/json-body'
import type { FastifyInstance } from 'fastify'
import { Refusal } from '../../errors/refusal.ts'

/** Largest body, in bytes: a limits.json with ten thousand clients is a third of it. */
export const BODY_LIMIT = 1024 * 1024
const JSON_TYPE = 'application/json'

/** JSON alone is read, each body once and whole, by the same reader as in every service. */
export function useJsonBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  const options = { parseAs: 'buffer', bodyLimit: BODY_LIMIT } as const
  app.addContentTypeParser<Buffer>(JSON_TYPE, options, (request, bytes, done) => {
    if (!isMediaType(request.headers['content-type'] ?? '', JSON_TYPE)) return done(wrongType())
    const reading = readJsonBody(bytes)
    if (reading.ok) return done(null, reading.value)
    if (!reading.syntax) return done(new Refusal('GW_INPUT', { errors: reading.faults }))
    const { detail, reason } = reading
    const errors =
      reason === undefined ? {} : { errors: [{ pointer: '#', detail: reason, code: 'json-syntax' }] }
    done(new Refusal('GW_JSON', { detail, ...errors }))
  })
  // Read all the same: a connection closed under a body that still comes is reset, and the refusal is lost with it.
  app.addContentTypeParser('*', options, (_request, _bytes, done) => done(wrongType()))
}

function wrongType(): Refusal {
  return new Refusal('GW_MEDIA_TYPE', { detail: 'Send a body of type application/json.' })
}
