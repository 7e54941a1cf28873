import Type, { type Static } from 'typebox'
import { limitsOf, NAME, Per, TimeZone } from './limit-schema.ts'

const SMALL = 'with small letters, digits and hyphens, the first a letter, at most 32'

const TierName = Type.String({ pattern: NAME, rule: 'tier-name', mend: `name a tier ${SMALL}` })
const TierReference = Type.String({ mend: 'write the name of a tier' })

const ClientId = Type.String({
  pattern: '^[!-~]{1,200}$',
  rule: 'client-id',
  mend: 'write the client id as the issuer does: printable ASCII without spaces, at most 200 characters',
})

const Moment = Type.String({
  pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d(:\\d\\d(\\.\\d{1,3})?)?(Z|[+-]\\d\\d:\\d\\d)$',
  rule: 'moment-form',
  mend: 'write date, time and zone as "2026-11-22T08:00:00Z" or "2026-11-22T09:00:00+01:00"',
})

const Schedule = Type.Object(
  {
    name: Type.String({ pattern: NAME, rule: 'schedule-name', mend: `name a schedule ${SMALL}` }),
    days: Type.Array(
      Type.String({
        enum: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
        rule: 'schedule-day',
        mend: 'write days as "mon", "tue", "wed", "thu", "fri", "sat", "sun"',
      }),
      {
        minItems: 1,
        uniqueItems: true,
        rule: 'schedule-days',
        mend: 'list at least one day, each once, such as ["mon", "fri"]',
      },
    ),
    from: Type.String({
      pattern: '^([01]\\d|2[0-3]):[0-5]\\d$',
      rule: 'schedule-from',
      mend: 'write the time as "08:00", from "00:00" to "23:59"',
    }),
    until: Type.String({
      pattern: '^(([01]\\d|2[0-3]):[0-5]\\d|24:00)$',
      rule: 'schedule-until',
      mend: 'write the time as "18:00", from "00:00" to "24:00"',
    }),
    timeZone: Type.Optional(TimeZone),
    limits: limitsOf('schedule-empty', 'schedule'),
  },
  {
    additionalProperties: false,
    mend: 'write a schedule as { "name": …, "days": […], "from": …, "until": …, "timeZone": …, "limits": { … } }',
  },
)

const Tier = Type.Object(
  {
    limits: limitsOf('tier-empty', 'tier'),
    per: Type.Optional(Per),
    onStoreFailure: Type.Optional(
      Type.String({
        enum: ['share', 'closed', 'open'],
        rule: 'store-failure-kind',
        mend: 'write "share", "closed" or "open", or leave it out, which means "share"',
      }),
    ),
    legacyHeaders: Type.Optional(
      Type.Boolean({ mend: 'write true where answers carry X-RateLimit-* too, or false' }),
    ),
    schedules: Type.Optional(Type.Array(Schedule, { mend: 'write a list of schedules' })),
  },
  { additionalProperties: false, mend: 'write a tier as { "limits": { … } }' },
)

const Override = Type.Object(
  {
    id: Type.String({
      pattern: '^[A-Za-z0-9_-]{1,64}$',
      rule: 'override-id',
      mend: 'write an id of 1 to 64 letters, digits, "_" and "-"',
    }),
    client: ClientId,
    tier: Type.Optional(TierReference),
    limits: Type.Optional(limitsOf('override-limits', 'override')),
    from: Moment,
    until: Moment,
    reason: Type.String({
      pattern: '^(?=.*\\S)[^\\p{Cc}]{1,300}$',
      rule: 'override-reason',
      mend: 'say why in one line of 1 to 300 characters',
    }),
  },
  {
    additionalProperties: false,
    mend: 'write an override as { "id": …, "client": …, "limits": { … }, "from": …, "until": …, "reason": … }',
  },
)

const Guardrail = Type.Object(
  {
    protect: Type.Optional(
      Type.Array(ClientId, {
        uniqueItems: true,
        rule: 'guardrail-protect',
        mend: 'list each client id once, or leave protect out to watch every client in the rollout',
      }),
    ),
    maxRefused: Type.Number({
      minimum: 0,
      maximum: 1,
      rule: 'guardrail-share',
      mend: 'write the share of calls that may be refused, from 0 to 1, such as 0.01',
    }),
    minCalls: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1_000_000,
        rule: 'guardrail-calls',
        mend: 'write how many calls must have been seen first, from 1 to 1000000',
      }),
    ),
  },
  { additionalProperties: false, mend: 'write a guardrail as { "maxRefused": 0.01, "minCalls": 100 }' },
)

const Candidate = Type.Object(
  {
    tier: TierReference,
    limits: limitsOf('candidate-empty', 'candidate'),
    rollout: Type.Optional(
      Type.Object(
        {
          percent: Type.Integer({
            minimum: 0,
            maximum: 100,
            rule: 'percent-range',
            mend: 'write a whole number from 0 to 100',
          }),
        },
        { additionalProperties: false, mend: 'write a rollout as { "percent": 10 }' },
      ),
    ),
    guardrail: Type.Optional(Guardrail),
  },
  { additionalProperties: false, mend: 'write a candidate as { "tier": …, "limits": { … } }' },
)

/** The shape of limits.json. What one place cannot tell alone stands in rules/limits. */
export const LimitsDocument = Type.Object(
  {
    tiers: Type.Record(Type.String(), Tier, {
      propertyNames: TierName,
      minProperties: 1,
      rule: 'tiers-empty',
      mend: 'define at least one tier',
    }),
    clients: Type.Record(Type.String(), TierReference, {
      propertyNames: ClientId,
      mend: 'write the clients as { "<client id>": "<tier>" }',
    }),
    defaultTier: TierReference,
    anonymousTier: TierReference,
    overrides: Type.Optional(Type.Array(Override, { mend: 'write a list of overrides' })),
    candidates: Type.Optional(
      Type.Record(Type.String(), Candidate, {
        propertyNames: Type.String({
          pattern: NAME,
          rule: 'candidate-name',
          mend: `name a candidate ${SMALL}`,
        }),
        maxProperties: 16,
        rule: 'candidates-many',
        mend: 'keep at most 16 candidates, each is counted with every call of its tier',
      }),
    ),
  },
  { additionalProperties: false, mend: 'write an object with tiers, clients, defaultTier and anonymousTier' },
)

export type LimitsDocument = Static<typeof LimitsDocument>
