import Type, { type Static } from 'typebox'

/** Above these the limiter could no longer count exactly in whole microseconds; see gcra.ts of the limiter. */
export const MAX_QUOTA = 50_000_000
export const MAX_WINDOW = 31 * 86_400
export const MAX_CONCURRENT = 100_000
const MAX_LIMITS = 16

/** Names of tiers, limits, schedules and candidates. */
export const NAME = '^[a-z][a-z0-9-]{0,31}$'

/*
 * `rule` and `mend` at a node say what is reported when its value does not fit: the name of the rule and what to
 * write instead. Which of a limit's keys belong together stands in rules/limit.
 */
export const Per = Type.String({
  pattern: '^(client|user|address|claim:[A-Za-z][A-Za-z0-9_.:/-]{0,99})$',
  rule: 'per-kind',
  mend: 'write "client", "user", "address" or "claim:<name>", such as "claim:tenant"',
})

export const TimeZone = Type.String({ mend: 'write the time zone as an IANA name, such as "Europe/Berlin"' })

export const Limit = Type.Object(
  {
    quota: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: MAX_QUOTA,
        rule: 'quota-range',
        mend: `write the quota as a whole number from 1 to ${MAX_QUOTA}`,
      }),
    ),
    window: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: MAX_WINDOW,
        rule: 'window-range',
        mend: `write the window in whole seconds, from 1 to ${MAX_WINDOW} (31 days)`,
      }),
    ),
    period: Type.Optional(
      Type.String({
        enum: ['day', 'month'],
        rule: 'period-kind',
        mend: 'write "day" or "month", or a "window" in seconds instead',
      }),
    ),
    timeZone: Type.Optional(TimeZone),
    concurrent: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: MAX_CONCURRENT,
        rule: 'concurrent-range',
        mend: `write how many requests may be in flight, from 1 to ${MAX_CONCURRENT}`,
      }),
    ),
    per: Type.Optional(Per),
  },
  { additionalProperties: false, mend: 'write a limit as { "quota": 100, "window": 1 }' },
)

export type WrittenLimit = Static<typeof Limit>

const LimitName = Type.String({
  pattern: NAME,
  rule: 'limit-name',
  mend: 'name a limit with small letters, digits and hyphens, the first a letter, at most 32',
})

/** Limits by name; `rule` is what an empty or endless list breaks, `place` what has them. */
export function limitsOf(rule: string, place: string) {
  return Type.Record(Type.String(), Limit, {
    propertyNames: LimitName,
    minProperties: 1,
    maxProperties: MAX_LIMITS,
    rule,
    mend: `give the ${place} 1 to ${MAX_LIMITS} limits, such as "burst": { "quota": 100, "window": 1 }`,
  })
}
