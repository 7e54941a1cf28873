import type { ProblemDetail } from '@stockgate/problem'
import Type, { type Static } from 'typebox'
import { closed, Timestamp } from './http/schemas.ts'

const Text = (description: string) => Type.String({ minLength: 1, maxLength: 256, description })

/** A call to explain. Which members go together is judged by `faultsOfCall`, which can say it in words. */
export const ExplainBody = closed({
  request_id: Type.Optional(Text('The X-Request-Id of a call that was made; then nothing else is given.')),
  method: Type.Optional(
    Type.String({ pattern: '^[A-Za-z]{1,20}$', description: 'Letters only, such as GET.' }),
  ),
  path: Type.Optional(
    Type.String({
      pattern: '^/',
      maxLength: 8_192,
      description: 'Begins with a slash, such as /products/1.',
    }),
  ),
  client: Type.Optional(Text('Who calls; nobody if absent.')),
  sub: Type.Optional(Text('The user behind the client; the client itself if absent.')),
  claims: Type.Optional(
    Type.Record(Type.String({ maxLength: 256 }), Type.String({ maxLength: 4_096 }), {
      maxProperties: 50,
      description: 'Claims of the token that limits may be counted by.',
    }),
  ),
  address: Type.Optional(Text('Where the call comes from; needed where limits are counted by it.')),
  scopes: Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 128 }), {
      maxItems: 100,
      description: 'Scopes of the token; not judged if absent.',
    }),
  ),
})

/** What is missing from a body, and what contradicts itself. */
export function faultsOfCall(body: Static<typeof ExplainBody>): ProblemDetail[] {
  const { request_id: id, ...imagined } = body
  if (id !== undefined)
    return Object.keys(imagined).map((name) => ({
      pointer: `#/${name}`,
      detail: 'is known already where a request_id is given: leave it out',
      code: 'not-allowed',
    }))
  const missing = (['method', 'path'] as const)
    .filter((name) => imagined[name] === undefined)
    .map((name) => ({
      pointer: `#/${name}`,
      detail: 'is required, unless a request_id is given',
      code: 'missing-key',
    }))
  if (imagined.client !== undefined) return missing
  return missing.concat(
    (['sub', 'claims', 'scopes'] as const)
      .filter((name) => imagined[name] !== undefined)
      .map((name) => ({
        pointer: `#/${name}`,
        detail: 'belongs to a client: give that too',
        code: 'not-allowed',
      })),
  )
}

const orNull = (type: 'string' | 'integer', description?: string) =>
  Type.Unsafe<string | number | null>({ type: [type, 'null'], ...(description && { description }) })

const LimitOutput = Type.Object({
  name: Type.String(),
  kind: Type.String({ description: 'rate, calendar or concurrency.' }),
  id: Type.String({ description: 'The counter.' }),
  quota: Type.Integer(),
  window: orNull('integer', 'Seconds; null for calls in flight.'),
  count: Type.Integer({ description: 'Units in use.' }),
  remaining: Type.Integer(),
  reset: orNull('integer', 'Seconds until all of the quota, or this call, fits; null for calls in flight.'),
  verdict: Type.String({ description: 'admits or refuses.' }),
})

export const ExplanationOutput = Type.Object({
  route: orNull('string', 'As the manifest writes it; null where none matches.'),
  service: orNull('string'),
  auth: Type.Array(Type.Object({ step: Type.String(), outcome: Type.String() })),
  tier: orNull('string'),
  rule: orNull('string', 'The rule that chose these limits.'),
  owner: orNull('string', 'Whose budget it spends.'),
  cost: orNull('integer'),
  limits: Type.Array(LimitOutput),
  candidates: Type.Array(
    Type.Object({
      candidate: Type.String(),
      allowed: Type.Boolean(),
      violated: Type.Array(Type.String()),
    }),
  ),
  verdict: Type.String({
    description: 'admitted, limited, forbidden, unauthenticated, unmatched or refused.',
  }),
  violated: Type.Array(Type.String(), { description: 'The limits in the way.' }),
  retry_after: Type.Integer({ description: 'Seconds; 0 where no limit is in the way.' }),
  decided_by: orNull('string', 'redis, memory, share, open or closed; null where limits were not looked at.'),
  revision: Type.Integer(),
  spent: Type.Boolean({ description: 'Always false: to explain spends nothing.' }),
  request_id: Type.Optional(Type.String({ description: 'This and what follows: of a call that was made.' })),
  gateway: Type.Optional(Type.String()),
  at: Type.Optional(Timestamp),
  method: Type.Optional(Type.String()),
  client: Type.Optional(orNull('string')),
  sub: Type.Optional(orNull('string')),
  key_id: Type.Optional(orNull('string')),
  address: Type.Optional(Type.String()),
  status: Type.Optional(Type.Integer()),
  error: Type.Optional(orNull('string')),
  settled: Type.Optional(orNull('integer', 'What it has cost in the end.')),
})
