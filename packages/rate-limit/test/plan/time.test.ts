import t from 'tap'
import { createPlanner } from '../../src/index.ts'
import { ANONYMOUS, ANY_ROUTE, at, callerOf, PARTNER, policyOf, STANDARD } from './policy.ts'

const HOURS = {
  name: 'office-hours',
  days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
  from: '08:00',
  until: '18:00',
  timeZone: 'Europe/Berlin',
  limits: { burst: { quota: 300, window: 1 } },
}

function withSchedules(...schedules: object[]) {
  return {
    tiers: { standard: { ...STANDARD, schedules }, partner: PARTNER, anonymous: { ...ANONYMOUS, schedules } },
  }
}

/** The burst quota of a client at each of the moments, asked of one planner in this order. */
function bursts(parts: object, client: string | null, ...moments: string[]): (number | undefined)[] {
  const planner = createPlanner(policyOf(parts))
  return moments.map(
    (moment) => planner.plan(callerOf(client), ANY_ROUTE, at(moment)).groups[0].counters[0]?.spec.quota,
  )
}

t.test('08 to 18 Europe/Berlin is right on the days the clock changes', async (t) => {
  const parts = withSchedules(HOURS)
  for (const [day, start, end] of [
    ['2026-03-28', '07:00', '17:00'],
    ['2026-03-29', '06:00', '16:00'],
    ['2026-10-24', '06:00', '16:00'],
    ['2026-10-25', '07:00', '17:00'],
  ] as const) {
    const before = (time: string) => new Date(at(`${day}T${time}:00Z`) - 1).toISOString()
    const moments = [before(start), `${day}T${start}:00Z`, before(end), `${day}T${end}:00Z`]
    t.same(bursts(parts, 'demo', ...moments), [100, 300, 300, 100], day)
  }
})

t.test('a schedule holds on its days only, and calls without a client keep to it too', async (t) => {
  const parts = withSchedules({ ...HOURS, days: ['mon', 'fri'] })
  const week = ['16', '17', '18', '19', '20', '21', '22'].map((day) => `2026-11-${day}T12:00:00Z`)
  t.same(bursts(parts, 'demo', ...week), [300, 100, 100, 100, 300, 100, 100])
  t.same(bursts(parts, null, ...week.slice(0, 2)), [300, 10])
})

t.test('a schedule that ends earlier than it begins ends on the next day', async (t) => {
  const parts = withSchedules({ ...HOURS, days: ['sun'], from: '22:00', until: '06:00' })
  t.same(
    bursts(
      parts,
      'demo',
      '2026-11-22T20:59:00Z',
      '2026-11-22T21:00:00Z',
      '2026-11-23T04:59:59.999Z',
      '2026-11-23T05:00:00Z',
    ),
    [100, 300, 300, 100],
  )
})

t.test('a day until 24:00 joins the next one', async (t) => {
  const parts = withSchedules({ ...HOURS, days: ['sat', 'sun'], from: '00:00', until: '24:00' })
  t.same(
    bursts(
      parts,
      'demo',
      '2026-11-20T22:59:59Z',
      '2026-11-20T23:00:00Z',
      '2026-11-21T23:00:00Z',
      '2026-11-22T23:00:00Z',
    ),
    [100, 300, 300, 100],
  )
})

t.test('of two schedules that hold, the first is in force', async (t) => {
  const lunch = {
    ...HOURS,
    name: 'lunch',
    from: '12:00',
    until: '13:00',
    limits: { burst: { quota: 1, window: 1 } },
  }
  const moments = ['2026-11-23T10:30:00Z', '2026-11-23T11:30:00Z', '2026-11-23T12:30:00Z']
  t.same(bursts(withSchedules(lunch, HOURS), 'demo', ...moments), [300, 1, 300])
  t.same(bursts(withSchedules(HOURS, lunch), 'demo', ...moments), [300, 300, 300])
})

t.test('a schedule changes only the limits it names and says so', async (t) => {
  const planner = createPlanner(policyOf(withSchedules(HOURS)))
  const plan = planner.plan(callerOf('demo'), ANY_ROUTE, at('2026-11-23T12:00:00Z'))
  t.equal(plan.rule, 'schedule "office-hours" of tier "standard"')
  t.same(
    plan.groups[0].counters.map(({ id, spec }) => [id, spec.quota]),
    [
      ['{client:demo}:standard:burst', 300],
      ['{client:demo}:standard:daily', 5000],
    ],
  )
})

const LEASE = {
  id: 'ovr_1',
  client: 'demo',
  limits: { burst: { quota: 7, window: 1 } },
  from: '2026-11-22T08:00:00Z',
  until: '2026-11-23T08:00:00Z',
  reason: 'stock take',
}

t.test('an override holds from its beginning to its end, for its client alone', async (t) => {
  const parts = { overrides: [LEASE] }
  const moments = [
    '2026-11-22T07:59:59.999Z',
    '2026-11-22T08:00:00Z',
    '2026-11-23T07:59:59.999Z',
    '2026-11-23T08:00:00Z',
  ]
  t.same(bursts(parts, 'demo', ...moments), [100, 7, 7, 100])
  t.same(bursts(parts, 'demo', ...moments.toReversed()), [100, 7, 7, 100], 'whichever way time is asked for')
  t.same(bursts(parts, 'other', ...moments), [100, 100, 100, 100])
  t.same(bursts({ ...parts, anonymousTier: 'standard' }, null, ...moments), [100, 100, 100, 100])
})

t.test('an override puts a client into another tier, and limits of its own over that', async (t) => {
  const planner = createPlanner(policyOf({ overrides: [{ ...LEASE, tier: 'partner' }] }))
  const plan = planner.plan(callerOf('demo'), ANY_ROUTE, at('2026-11-22T12:00:00Z'))
  t.equal(plan.tier, 'partner')
  t.equal(plan.rule, 'override ovr_1 until 2026-11-23T08:00:00Z')
  t.same(
    plan.groups[0].counters.map(({ id, spec }) => [id, spec.quota]),
    [['{client:demo}:partner:burst', 7]],
  )
})

t.test('of two overrides that hold, the last is in force, and the other again after it', async (t) => {
  const second = {
    ...LEASE,
    id: 'ovr_2',
    from: '2026-11-22T10:00:00Z',
    until: '2026-11-22T11:00:00Z',
    limits: { burst: { quota: 8, window: 1 } },
  }
  t.same(
    bursts(
      { overrides: [LEASE, second] },
      'demo',
      '2026-11-22T09:00:00Z',
      '2026-11-22T10:30:00Z',
      '2026-11-22T11:00:00Z',
    ),
    [7, 8, 7],
  )
})

t.test('an override stands over a schedule, and both are named', async (t) => {
  const planner = createPlanner(policyOf({ ...withSchedules(HOURS), overrides: [LEASE] }))
  const plan = planner.plan(callerOf('demo'), ANY_ROUTE, at('2026-11-22T12:00:00Z'))
  t.equal(
    plan.rule,
    'override ovr_1 until 2026-11-23T08:00:00Z, over schedule "office-hours" of tier "standard"',
  )
  t.equal(plan.groups[0].counters[0]?.spec.quota, 7)
})
