import Type, { type Static } from 'typebox'

/** Above these the limiter could no longer count exactly in whole microseconds; see gcra.ts of the gateway. */
export const MAX_QUOTA = 50_000_000
export const MAX_WINDOW = 31 * 86_400

/*
 * `rule` and `mend` at a node say what is reported when its value does not fit: the name of the rule and what to
 * write instead. A new kind of limit is one more property of `Limits`.
 */
const Limit = Type.Object(
  {
    quota: Type.Integer({
      minimum: 1,
      maximum: MAX_QUOTA,
      rule: 'quota-range',
      mend: `write the quota as a whole number from 1 to ${MAX_QUOTA}`,
    }),
    window: Type.Integer({
      minimum: 1,
      maximum: MAX_WINDOW,
      rule: 'window-range',
      mend: `write the window in whole seconds, from 1 to ${MAX_WINDOW} (31 days)`,
    }),
  },
  { additionalProperties: false, mend: 'write a limit as { "quota": 100, "window": 1 }' },
)

const Limits = Type.Object(
  { burst: Type.Optional(Limit), sustained: Type.Optional(Limit) },
  {
    additionalProperties: false,
    minProperties: 1,
    rule: 'tier-empty',
    mend: 'give the tier at least one limit, "burst" or "sustained"',
  },
)

const TierName = Type.String({
  pattern: '^[a-z][a-z0-9-]{0,31}$',
  rule: 'tier-name',
  mend: 'name a tier with small letters, digits and hyphens, the first a letter, at most 32',
})

const TierReference = Type.String({ mend: 'write the name of a tier' })

/** The shape of limits.json. What one place cannot tell alone stands in rules/limits. */
export const LimitsDocument = Type.Object(
  {
    tiers: Type.Record(
      Type.String(),
      Type.Object(
        { limits: Limits },
        { additionalProperties: false, mend: 'write a tier as { "limits": { … } }' },
      ),
      {
        propertyNames: TierName,
        minProperties: 1,
        rule: 'tiers-empty',
        mend: 'define at least one tier',
      },
    ),
    clients: Type.Record(Type.String(), TierReference, {
      propertyNames: Type.String({
        pattern: '^[!-~]{1,200}$',
        rule: 'client-id',
        mend: 'write the client id as the issuer does: printable ASCII without spaces, at most 200 characters',
      }),
      mend: 'write the clients as { "<client id>": "<tier>" }',
    }),
    defaultTier: TierReference,
    anonymousTier: TierReference,
  },
  { additionalProperties: false, mend: 'write an object with tiers, clients, defaultTier and anonymousTier' },
)

export type LimitsDocument = Static<typeof LimitsDocument>
