import t from 'tap'
import { diffLimits, validateLimits } from '../src/index.ts'
import { richLimits } from './valid.ts'

type Rich = ReturnType<typeof richLimits>

/** The changes that `change` makes to the rich document, as `<kind> <path>: <text>`. */
function told(change: (document: Rich) => void, from: (document: Rich) => void = () => undefined): string[] {
  const [before, after] = [richLimits(), richLimits()]
  from(before)
  from(after)
  change(after)
  const [was, is] = [before, after].map((document) => {
    const verdict = validateLimits(document)
    if (!verdict.ok) throw new Error(JSON.stringify(verdict.problems))
    return verdict.limits
  }) as [Parameters<typeof diffLimits>[0], Parameters<typeof diffLimits>[0]]
  return diffLimits(was, is).map(({ kind, path, text }) => `${kind} ${path}: ${text}`)
}

const rate = (quota: number, window = 1) => ({ quota, window })

t.test('the same policy has no changes, in whatever order its keys stand', async (t) => {
  t.same(
    told(() => undefined),
    [],
  )
  t.same(
    told((document) => {
      const { anonymous, ...others } = document.tiers
      document.tiers = { anonymous, ...others }
    }),
    [],
  )
})

t.test('a changed quota is told with whom it concerns, from what to what', async (t) => {
  const whose = 'clients of tier "standard" (demo and every client not listed)'
  t.same(
    told((document) => {
      document.tiers.standard.limits.burst = rate(50)
      document.tiers.standard.limits.sustained = rate(4000, 120)
      document.tiers.standard.limits.daily.quota = 200_000
    }),
    [
      `limit #/tiers/standard/limits/burst: ${whose}: burst falls from 100 to 50 per 1 s`,
      `limit #/tiers/standard/limits/sustained: ${whose}: sustained changes from 3000 per 60 s to 4000 per 120 s`,
      `limit #/tiers/standard/limits/daily: ${whose}: daily rises from 100000 to 200000 per day (Europe/Berlin)`,
    ],
  )
})

t.test('limits that come and go are told', async (t) => {
  const whose = 'clients of tier "anonymous" (calls without a client)'
  t.same(
    told((document) => {
      document.tiers.anonymous.limits = { slow: { concurrent: 2 } } as never
    }),
    [
      `limit #/tiers/anonymous/limits/slow: ${whose}: slow of 2 in flight is new`,
      `limit #/tiers/anonymous/limits/burst: ${whose}: burst of 10 per 1 s is gone`,
    ],
  )
})

t.test('how a tier is counted and what holds without Redis is told', async (t) => {
  const whose = 'clients of tier "tenants" (nobody)'
  t.same(
    told((document) =>
      Object.assign(document.tiers.tenants, { per: 'user', onStoreFailure: 'open', legacyHeaders: true }),
    ),
    [
      `tier #/tiers/tenants/per: ${whose}: counted by user instead of value of claim "tenant"`,
      `tier #/tiers/tenants/onStoreFailure: ${whose}: while Redis is away everything is admitted, before each gateway keeps to its share`,
      `tier #/tiers/tenants/legacyHeaders: ${whose}: answers carry X-RateLimit-* headers`,
    ],
  )
})

t.test('tiers that come and go, and callers that move with them', async (t) => {
  const partner = { limits: { burst: rate(200) } }
  t.same(
    told((document) => {
      Object.assign(document.tiers, { partner })
      Object.assign(document.clients, { demo: 'partner', shop: 'standard' })
    }),
    [
      'tier #/tiers/partner: tier "partner" is new: burst 200 per 1 s',
      'client #/clients/demo: client "demo" moves from tier "standard" to "partner": burst rises from 100 to 200 per 1 s, sustained of 3000 per 60 s is gone, daily of 100000 per day (Europe/Berlin) is gone, monthly of 1000000 per month (UTC) is gone, flights of 20 in flight, each user apart is gone, while Redis is away each gateway keeps to its share, before calls are answered 503, answers no longer carry X-RateLimit-* headers',
      'client #/clients/shop: client "shop" is listed and stays in tier "standard"',
    ],
  )
  t.match(
    told((document) => {
      document.anonymousTier = 'anonymous'
      document.defaultTier = 'anonymous'
    }),
    [
      /^default #\/defaultTier: every client not listed moves from tier "standard" to "anonymous": burst falls from 100 to 10 per 1 s, /,
    ],
  )
})

t.test('schedules are told with their days, times and limits', async (t) => {
  const whose = 'clients of tier "standard" (demo and every client not listed)'
  const night = '"night" (Sun 22:00–06:00 UTC: sustained 1000 per 60 s)'
  t.same(
    told((document) => document.tiers.standard.schedules.pop()),
    [`schedule #/tiers/standard/schedules/1: ${whose}: schedule ${night} is gone`],
  )
  t.same(
    told((document) => {
      ;(document.tiers.standard.schedules[1] as { until: string }).until = '24:00'
    }),
    [
      `schedule #/tiers/standard/schedules/1: ${whose}: schedule changes from ${night} to ${night.replace('06', '24')}`,
    ],
  )
  t.same(
    told((document) => document.tiers.standard.schedules.reverse()),
    [
      `schedule #/tiers/standard/schedules/0: ${whose}: the first schedule that holds wins, now in the order night, office-hours`,
    ],
  )
})

t.test('overrides are told with their client, time and reason', async (t) => {
  const lease = 'burst 500 per 1 s from 2026-11-22T08:00:00Z until 2026-11-23T08:00:00Z (stock take)'
  t.same(
    told((document) => document.overrides.shift()),
    [`override #/overrides/0: client "demo": override ovr_1 is gone: ${lease}`],
  )
  t.same(
    told((document) => {
      ;(document.overrides[0] as { until: string }).until = '2026-11-22T10:00:00Z'
    }),
    [
      `override #/overrides/0: client "demo": override ovr_1 changes from ${lease} to ${lease.replace('23T08', '22T10')}`,
    ],
  )
})

t.test('the order of overrides is told where it decides', async (t) => {
  const sameClient = (document: Rich) => {
    ;(document.overrides[1] as { client: string }).client = 'demo'
  }
  t.same(
    told((document) => document.overrides.reverse()),
    [],
    'two clients do not meet',
  )
  t.same(
    told((document) => document.overrides.reverse(), sameClient),
    ['override #/overrides: client "demo": the last override that holds wins, now in the order ovr_2, ovr_1'],
  )
})

t.test('candidates are told with what they change and whom they reach', async (t) => {
  const who = 'candidate "tighter" of tier "standard"'
  t.same(
    told((document) => Object.assign(document, { candidates: {} })),
    [`candidate #/candidates/tighter: ${who} is gone, it was in force for 10 % of its clients`],
  )
  t.same(
    told((document) => {
      document.candidates.tighter.limits.burst = rate(70)
      document.candidates.tighter.rollout.percent = 25
      document.candidates.tighter.guardrail.maxRefused = 0.07
    }),
    [
      `candidate #/candidates/tighter/limits: ${who} has changed: burst rises from 60 to 70 per 1 s`,
      `candidate #/candidates/tighter/rollout: ${who} is in force for 25 % of its clients, before 10 %`,
      `candidate #/candidates/tighter/guardrail: ${who} is watched by a guardrail of 7 % refused after 50 calls for demo, before by a guardrail of 1 % refused after 50 calls for demo`,
    ],
  )
})

t.test('a candidate does not change with a limit it leaves to its tier', async (t) => {
  const changes = told((document) => {
    document.tiers.standard.limits.daily.quota = 1
  })
  t.same(
    changes.map((change) => change.split(' ')[0]),
    ['limit'],
  )
})

t.test('a candidate whose limit has become that of the tier no longer changes it', async (t) => {
  const changes = told((document) => {
    document.tiers.standard.limits.burst = rate(60)
  })
  t.same(
    changes[1],
    'candidate #/candidates/tighter/limits: candidate "tighter" of tier "standard" no longer changes burst',
  )
})

t.test('a tier of many clients names a few', async (t) => {
  const clients = Object.fromEntries(Array.from({ length: 9 }, (_, n) => [`c${n}`, 'tenants']))
  const [change] = told(
    (document) => {
      document.tiers.tenants.limits.burst = rate(11)
    },
    (document) => Object.assign(document.clients, clients),
  )
  t.match(change, /\(c0, c1, c2, c3 and 5 more\)/)
})
