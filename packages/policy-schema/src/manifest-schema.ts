import Type, { type Static } from 'typebox'
import { limitsOf } from './limit-schema.ts'

export const DEFAULT_COST = 1
export const DEFAULT_DEADLINE_MS = 5_000
export const MAX_COST = 10_000
export const MAX_BODY_LIMIT = 1_073_741_824
/** Content codings a route may take requests in. */
export const REQUEST_ENCODINGS = ['br', 'deflate', 'gzip', 'zstd'] as const
/** How a caller may have to show that a token is its own: RFC 9449, RFC 8705, or either. */
export const PROOFS = ['dpop', 'certificate', 'any'] as const

const Scope = Type.String({
  pattern: '^[!#-\\[\\]-~]{1,100}$',
  rule: 'scope-form',
  mend: 'write each scope as a text of its own, without spaces, quotes and backslashes',
})

const RouteEntry = Type.Object(
  {
    path: Type.String({ mend: 'write the path as "/products/{product_id}"' }),
    methods: Type.Array(Type.String({ mend: 'write each method as text, such as "GET"' }), {
      minItems: 1,
      rule: 'methods-empty',
      mend: 'list at least one method, such as ["GET"]',
    }),
    auth: Type.String({
      enum: ['bearer', 'public'],
      rule: 'auth-kind',
      mend: 'write "bearer", or "public" where nobody needs a token',
    }),
    scopes: Type.Optional(
      Type.Array(Scope, {
        uniqueItems: true,
        rule: 'scope-repeated',
        mend: 'list each scope once, such as ["products:read"], or [] where any valid token will do',
      }),
    ),
    anyScopes: Type.Optional(
      Type.Array(Scope, {
        minItems: 1,
        uniqueItems: true,
        rule: 'any-scopes-list',
        mend: 'list the scopes of which one is needed, each once, or leave anyScopes out',
      }),
    ),
    cost: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: MAX_COST,
        rule: 'cost-range',
        mend: `write the cost as a whole number from 1 to ${MAX_COST}, or leave it out, which means ${DEFAULT_COST}`,
      }),
    ),
    deadlineMs: Type.Optional(
      Type.Integer({
        minimum: 50,
        maximum: 120_000,
        rule: 'deadline-range',
        mend: `write the deadline in whole milliseconds from 50 to 120000, or leave it out, which means ${DEFAULT_DEADLINE_MS}`,
      }),
    ),
    bodyLimit: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: MAX_BODY_LIMIT,
        rule: 'body-limit-range',
        mend: `write the largest body in whole bytes from 0 to ${MAX_BODY_LIMIT}, or leave it out, which means BODY_LIMIT`,
      }),
    ),
    encodedSlash: Type.Optional(
      Type.Boolean({
        mend: 'write true where a parameter of the path may hold %2F, or leave it out',
      }),
    ),
    requestEncodings: Type.Optional(
      Type.Array(
        Type.String({
          enum: [...REQUEST_ENCODINGS],
          rule: 'request-encoding',
          mend: `write each coding as one of ${REQUEST_ENCODINGS.join(', ')}`,
        }),
        {
          uniqueItems: true,
          rule: 'request-encodings-list',
          mend: 'list the codings a request body may come in, each once, or leave requestEncodings out',
        },
      ),
    ),
    proof: Type.Optional(
      Type.String({
        enum: [...PROOFS],
        rule: 'proof-kind',
        mend: 'write "dpop", "certificate" or "any" where a token must be bound to its holder, or leave it out',
      }),
    ),
    limits: Type.Optional(limitsOf('route-limits', 'route')),
    description: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 300,
        rule: 'description-length',
        mend: 'describe the route in 1 to 300 characters, or leave the description out',
      }),
    ),
  },
  { additionalProperties: false, mend: 'write a route as { "path": …, "methods": […], "auth": … }' },
)

/** The shape of gateway.json. What one place cannot tell alone stands in rules/manifest. */
export const ManifestDocument = Type.Object(
  {
    service: Type.String({
      pattern: '^[a-z][a-z0-9-]{0,39}$',
      rule: 'service-name',
      mend: 'name the service with small letters, digits and hyphens, the first a letter, at most 40',
    }),
    routes: Type.Array(RouteEntry, {
      minItems: 1,
      rule: 'routes-empty',
      mend: 'list at least one route; a service without routes needs no gateway.json',
    }),
  },
  { additionalProperties: false, mend: 'write an object with service and routes' },
)

export type ManifestDocument = Static<typeof ManifestDocument>
