import Type from 'typebox'
import type { ListedRevocation } from '../tokens/index.ts'
import { closed, Reason, Timestamp, words } from './http/schemas.ts'

const Name = (description: string) =>
  Type.String({ minLength: 1, maxLength: 256, pattern: '^[^\\p{Cc}\\p{Zl}\\p{Zp}]+$', description })
const Issuer = Type.Optional(Name('Only tokens of this issuer; of any if absent. Not with `token_hash`.'))

/** Which of the four names is given is checked behind the schema: its fault reads better than that of a oneOf. */
export const RevocationBody = closed({
  jti: Type.Optional(Name('The one token of this `jti`.')),
  token_hash: Type.Optional(
    Type.String({
      pattern: '^[A-Za-z0-9_-]{43}$',
      description:
        'The one token of this SHA-256 over the whole of it, base64url. The token itself is never sent.',
    }),
  ),
  sub: Type.Optional(Name('All tokens of this user or service issued so far.')),
  client: Type.Optional(Name('All tokens of this client issued so far.')),
  issuer: Issuer,
  issued_until: Type.Optional(
    Type.Unsafe<string>({
      ...Timestamp,
      description:
        'With `sub` or `client`: up to when, now if absent; a token of the same second is included.',
    }),
  ),
  expires_in: Type.Optional(
    Type.Unsafe<string | number>({
      anyOf: [{ type: 'string' }, { type: 'integer', minimum: 0 }],
      description:
        'When it is forgotten, 60 s to 366 days; 30 days if absent. It has to outlive the tokens: seconds, or an ISO 8601 duration such as `P90D`.',
    }),
  ),
  reason: Reason,
})

const Nullable = (schema: object) => Type.Unsafe<string | null>({ anyOf: [schema, { type: 'null' }] })

const REVOCATION = {
  id: Type.String(),
  by: words(['jti', 'token', 'sub', 'client'], { description: 'What the tokens are named by.' }),
  name: Type.String({ description: 'The `jti`, the hash, the user or the client.' }),
  issuer: Nullable({ type: 'string' }),
  issued_until: Nullable(Timestamp),
  revoked_at: Timestamp,
  revoked_by: Type.String(),
  reason: Type.String(),
  expires_at: Type.Unsafe<string>({ ...Timestamp, description: 'When it is forgotten.' }),
}

export const RevokedOutput = Type.Object(REVOCATION)
export const RevocationList = Type.Object({ items: Type.Array(RevokedOutput) })

/** A revocation as the listener shows it. */
export function describeRevocation({ id, tokens, at, author, reason, until }: ListedRevocation) {
  const name =
    tokens.by === 'token'
      ? tokens.hash
      : tokens.by === 'jti'
        ? tokens.jti
        : tokens.by === 'sub'
          ? tokens.sub
          : tokens.client
  return {
    id,
    by: tokens.by,
    name,
    issuer: 'issuer' in tokens ? tokens.issuer : null,
    issued_until: 'issuedUntil' in tokens ? iso(tokens.issuedUntil) : null,
    revoked_at: iso(at),
    revoked_by: author,
    reason,
    expires_at: iso(until),
  }
}

function iso(time: number): string {
  return new Date(time).toISOString()
}
