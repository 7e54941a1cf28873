import type { ApiKeys, IssuedKey } from '../keys/index.ts'
import { done } from './http/audit.ts'
import type { AdminApp } from './http/listener.ts'
import { problemResponses } from './http/schemas.ts'
import { changingKeys, knownScopes, lengthOf, overlapOf } from './key-input.ts'
import {
  CreationBody,
  describeKey,
  KeyList,
  KeyParams,
  KeysQuery,
  NewKeyOutput,
  RevocationOutput,
  RotationBody,
} from './key-schemas.ts'

export interface KeyParts {
  readonly keys: ApiKeys
  /** Every scope that a route in force asks for. */
  readonly scopes: () => ReadonlySet<string>
}

/** API keys: who has which, new ones, rotation and revocation. A key itself is in one answer only. */
export function keyRoutes(app: AdminApp, { keys, scopes }: KeyParts): void {
  const shown = ({ record, text }: IssuedKey) => {
    const listed = keys.get(record.id)
    if (listed === undefined) throw new Error('a key that was just made is not there')
    return { key: text, ...describeKey(listed) }
  }

  app.get(
    '/keys',
    {
      config: { access: 'ops:read' },
      schema: {
        operationId: 'listKeys',
        tags: ['keys'],
        summary: 'List API keys, the oldest first',
        querystring: KeysQuery,
        response: { 200: KeyList },
      },
    },
    async ({ query: { client, all = false } }) => {
      const asked = keys
        .list()
        .filter((key) => client === undefined || key.client === client)
        .filter(({ state }) => all || state === 'active' || state === 'overlap')
      return { items: asked.map(describeKey) }
    },
  )

  app.post(
    '/keys',
    {
      config: { access: 'ops:write', action: 'key.create' },
      schema: {
        operationId: 'createKey',
        tags: ['keys'],
        summary: 'Make an API key',
        description: 'The answer holds the key: it is shown this once and kept nowhere.',
        body: CreationBody,
        response: { 201: NewKeyOutput, ...problemResponses(409, 503) },
      },
    },
    async (request, reply) => {
      const { client, sub = client, scopes: asked, name, expires_in } = request.body
      knownScopes(asked, scopes())
      const expiresIn = expires_in === undefined ? null : lengthOf(expires_in)
      const wish = { client, sub, scopes: asked, name, expiresIn }
      const issued = await changingKeys(() => keys.create(wish, request.operator))
      reply.code(201)
      done(request, reply, { target: issued.record.id })
      return shown(issued)
    },
  )

  app.post(
    '/keys/:id/rotation',
    {
      config: { access: 'ops:write', action: 'key.rotate' },
      schema: {
        operationId: 'rotateKey',
        tags: ['keys'],
        summary: 'Make a key that takes over from another',
        description: 'The old one stays good for the overlap. The new key is shown this once.',
        params: KeyParams,
        body: RotationBody,
        response: { 201: NewKeyOutput, ...problemResponses(404, 409, 503) },
      },
    },
    async (request, reply) => {
      const { overlap, expires_in } = request.body
      const wish = {
        overlap: overlapOf(overlap),
        ...(expires_in !== undefined && { expiresIn: lengthOf(expires_in) }),
      }
      const { id } = request.params
      const issued = await changingKeys(() => keys.rotate(id, wish, request.operator))
      reply.code(201)
      done(request, reply, { target: `${id} ${issued.record.id}` })
      return shown(issued)
    },
  )

  app.delete(
    '/keys/:id',
    {
      config: { access: 'ops:write', action: 'key.revoke' },
      schema: {
        operationId: 'revokeKey',
        tags: ['keys'],
        summary: 'Revoke a key and whatever it took over from',
        description: 'On every gateway within a second. It cannot be undone.',
        params: KeyParams,
        response: { 200: RevocationOutput, ...problemResponses(404, 409, 503) },
      },
    },
    async (request, reply) => {
      const revoked = await changingKeys(() => keys.revoke(request.params.id, request.operator))
      done(request, reply, { target: revoked.join(' ') })
      return { revoked: [...revoked] }
    },
  )
}
