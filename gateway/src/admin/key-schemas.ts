import Type from 'typebox'
import type { ListedKey } from '../keys/index.ts'
import { closed, Timestamp, words } from './http/schemas.ts'

const Id = Type.String({ description: 'The part between the underscores of the key; no secret.' })
/** One line of text that begins and ends with something to see. */
const Name = Type.String({
  minLength: 1,
  maxLength: 100,
  pattern: '^[^\\s\\p{C}](?:[^\\p{C}\\p{Zl}\\p{Zp}]*[^\\s\\p{C}])?$',
  description: 'What the key is for, for people.',
})
const Caller = (description: string) =>
  Type.String({ minLength: 1, maxLength: 128, pattern: '^[\\x21-\\x7e]+$', description })
/** RFC 6749 §3.3. */
const Scopes = Type.Array(
  Type.String({ minLength: 1, maxLength: 128, pattern: '^[\\x21\\x23-\\x5b\\x5d-\\x7e]+$' }),
  { maxItems: 50, uniqueItems: true },
)
const Duration = (description: string) =>
  Type.Unsafe<string | number>({
    anyOf: [{ type: 'string' }, { type: 'integer', minimum: 0 }],
    description: `${description} Seconds, or an ISO 8601 duration of weeks, days, hours, minutes and seconds: \`P90D\`.`,
  })

export const CreationBody = closed({
  client: Caller('The client the key speaks for; its limits are the limits of the key.'),
  sub: Type.Optional(Caller('The user or service behind the key; the client itself if absent.')),
  scopes: Scopes,
  name: Name,
  expires_in: Type.Optional(Duration('When the key ends, 60 s to 10 years; never if absent.')),
})

export const RotationBody = closed({
  overlap: Type.Optional(Duration('How long the old key stays good, up to 30 days; a day if absent.')),
  expires_in: Type.Optional(Duration('Life of the new key; as long as the old one was given if absent.')),
})

export const KeyParams = Type.Object({ id: Type.String() })

export const KeysQuery = closed({
  client: Type.Optional(Type.String({ maxLength: 128, description: 'Only the keys of this client.' })),
  all: Type.Optional(Type.Boolean({ description: 'Also those that ended, expired or were revoked.' })),
})

const Nullable = (schema: object) => Type.Unsafe<string | null>({ anyOf: [schema, { type: 'null' }] })

const KEY = {
  id: Id,
  name: Type.String(),
  client: Type.String(),
  sub: Type.String(),
  scopes: Type.Array(Type.String()),
  state: words(['active', 'overlap', 'ended', 'expired', 'revoked'], {
    description: '`overlap`: rotated and good for a while yet.',
  }),
  created_at: Timestamp,
  created_by: Type.String(),
  expires_at: Nullable(Timestamp),
  last_used_at: Nullable(Timestamp),
  rotated_from: Nullable(Id),
  rotated_to: Nullable(Id),
  overlap_ends_at: Nullable(Timestamp),
  revoked_at: Nullable(Timestamp),
  revoked_by: Nullable(Type.String()),
}

export const KeyOutput = Type.Object(KEY)
export const KeyList = Type.Object({ items: Type.Array(KeyOutput) })
export const NewKeyOutput = Type.Object({
  key: Type.String({ description: 'The key itself, shown this once.' }),
  ...KEY,
})
export const RevocationOutput = Type.Object({
  revoked: Type.Array(Type.String(), { description: 'Ids of all keys this ended.' }),
})

/** A key as the listener shows it. Nothing of its secret is known here. */
export function describeKey(key: ListedKey) {
  return {
    id: key.id,
    name: key.name,
    client: key.client,
    sub: key.sub,
    scopes: [...key.scopes],
    state: key.state,
    created_at: iso(key.created),
    created_by: key.createdBy,
    expires_at: orNull(key.expires),
    last_used_at: orNull(key.lastUsed),
    rotated_from: key.rotatedFrom,
    rotated_to: key.rotatedTo,
    overlap_ends_at: orNull(key.overlapEnds),
    revoked_at: orNull(key.revoked),
    revoked_by: key.revokedBy,
  }
}

function orNull(time: number | null): string | null {
  return time === null ? null : iso(time)
}

function iso(time: number): string {
  return new Date(time).toISOString()
}
