import type { Revocations } from '../tokens/index.ts'
import { done } from './http/audit.ts'
import type { AdminApp } from './http/listener.ts'
import { problemResponses } from './http/schemas.ts'
import { revoking, wishOf } from './revocation-input.ts'
import { describeRevocation, RevocationBody, RevocationList, RevokedOutput } from './revocation-schemas.ts'

export interface RevocationParts {
  readonly revocations: Revocations
  /** Milliseconds since the epoch. */
  readonly clock: () => number
}

/** Access tokens that hold no longer although they are not expired. */
export function revocationRoutes(app: AdminApp, { revocations, clock }: RevocationParts): void {
  app.get(
    '/revocations',
    {
      config: { access: 'ops:read' },
      schema: {
        operationId: 'listRevocations',
        tags: ['tokens'],
        summary: 'List what is revoked, the oldest first',
        description: 'Revocations that have run out are left out.',
        response: { 200: RevocationList },
      },
    },
    async () => ({ items: revocations.list().map(describeRevocation) }),
  )

  app.post(
    '/revocations',
    {
      config: { access: 'ops:write', action: 'token.revoke' },
      schema: {
        operationId: 'revokeTokens',
        tags: ['tokens'],
        summary: 'Revoke one token, or all that a user or a client was given so far',
        description: 'On every gateway within a second. It cannot be undone.',
        body: RevocationBody,
        response: { 201: RevokedOutput, ...problemResponses(409, 503) },
      },
    },
    async (request, reply) => {
      const wish = wishOf(request.body, clock())
      const made = await revoking(() => revocations.revoke(wish, request.operator))
      reply.code(201)
      done(request, reply, { target: made.id })
      return describeRevocation(made)
    },
  )
}
