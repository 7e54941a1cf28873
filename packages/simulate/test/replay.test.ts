import t from 'tap'
import { inOneTier, openTraffic, replay, routesOf } from '../src/index.ts'
import { combined, file, own, policy, START, simulate, WIDE } from './kit.ts'

const burst = (quota: number) => policy({ burst: { quota, window: 1 } })

t.test('it tells who is newly refused and who is freed, worst first', async (t) => {
  const hosts = ['a', 'b', 'b', 'b', 'c', 'c', 'c', 'c']
  const path = file(t, hosts.map((host) => combined(0, host)).join(''))
  const tighter = (await simulate([path], burst(2))).report
  t.match(tighter, { calls: 8, refusedBefore: 0, refusedAfter: 3, clients: 3 })
  t.strictSame(
    tighter.newlyRefused.shown.map(({ name, refusedAfter }) => [name, refusedAfter]),
    [
      ['c', 2],
      ['b', 1],
    ],
  )
  t.equal(tighter.freed.total, 0)
  const wider = (await simulate([path], burst(3), { before: burst(2) })).report
  t.strictSame(
    wider.freed.shown.map(({ name }) => name),
    ['b'],
  )
  t.equal(wider.newlyRefused.total, 0)
})

t.test('each limit tells refusals before and after, its peak use and when that was', async (t) => {
  const seconds = [0, 0, 0, 5, 5]
  const path = file(t, seconds.map((second) => combined(second)).join(''))
  const { limits } = (await simulate([path], burst(4), { before: burst(2) })).report
  t.equal(limits.length, 1)
  t.match(limits[0], {
    tier: 'anonymous',
    limit: 'burst',
    before: '2 per 1 s',
    after: '4 per 1 s',
    calls: 5,
    refusedBefore: 1,
    refusedAfter: 0,
    peakBefore: { share: 1, at: '2026-03-01T10:00:00.000Z' },
    peakAfter: { share: 0.75, at: '2026-03-01T10:00:00.000Z', owner: 'address:192.0.2.1' },
    quotaForNobody: 3,
  })
})

t.test('places of concurrency limits are held for as long as each call took', async (t) => {
  const concurrency = policy({ places: { concurrent: 1 } })
  const long = [
    own(0, { total_ms: 65_000 }),
    own(50_000),
    own(64_999),
    own(65_000),
    own(65_001, { total_ms: 0 }),
  ]
  const { replayed, report } = await simulate([file(t, long.join(''))], concurrency)
  t.equal(replayed.refusedAfter, 3, 'two while the long one runs, one while the fourth does')
  t.match(
    report.limits.find(({ limit }) => limit === 'places'),
    { quotaForNobody: 3 },
  )
})

t.test('without durations places are not counted, and the report says so', async (t) => {
  const path = file(t, [combined(0), combined(0), combined(0)].join(''))
  const { replayed, report } = await simulate([path], policy({ places: { concurrent: 1 } }))
  t.equal(replayed.refusedAfter, 0)
  t.match(report.notes.join('\n'), /The log has no durations: concurrency limits are not simulated/)
})

t.test('a failed answer gives its cost back when it ends, and a true cost is booked then', async (t) => {
  const daily = policy({ daily: { quota: 10, period: 'day' } })
  const failed = own(0, { cost: 10, settled: 0, status: 502, total_ms: 100 })
  const during = own(50)
  const costly = own(200, { settled: 9, total_ms: 10 })
  const { replayed } = await simulate([file(t, [failed, during, costly, own(205), own(220)].join(''))], daily)
  t.equal(replayed.refusedAfter, 2, 'one while all was taken, one after the true cost was known')
})

t.test('limits of routes count where the manifests are known', async (t) => {
  const path = file(t, [own(0), own(1), own(2, { route: '/other' })].join(''))
  const spec = { kind: 'rate', name: 'exports', quota: 1, window: 60, per: null } as const
  const demands = { auth: 'bearer', scopes: [], anyScopes: [], cost: 1, deadlineMs: 1, proof: null } as const
  const body = { bodyLimit: null, encodedSlash: false, requestEncodings: [] }
  const route = { path: '/things', methods: ['GET', 'HEAD'], ...demands, ...body, limits: [spec] }
  const findRoute = routesOf([{ service: 'shop', routes: [route] }])
  t.equal((await simulate([path], WIDE, { findRoute })).replayed.refusedAfter, 1)
  t.equal((await simulate([path], WIDE)).replayed.refusedAfter, 0)
})

t.test('every call can be put into one tier, if there is such a tier', async (t) => {
  const limits = { burst: { quota: 1, window: 60 } }
  const both = policy(limits, {
    tiers: {
      standard: { limits },
      anonymous: { limits },
      vip: { limits: { burst: { quota: 9, window: 60 } } },
    },
  })
  const path = file(t, own(0) + own(1))
  t.equal((await simulate([path], both)).replayed.refusedAfter, 1)
  const { replayed, report } = await simulate([path], inOneTier(both, 'vip', 'draft.json'))
  t.equal(replayed.refusedAfter, 0)
  t.ok(report.limits.some(({ tier }) => tier === 'vip'))
  t.throws(() => inOneTier(both, 'gold', 'draft.json'), {
    message: /^draft.json has no tier "gold": it has standard, /,
  })
})

t.test('schedules, overrides and time zones follow the time of the recording', async (t) => {
  const draft = policy(
    { burst: { quota: 1, window: 1 } },
    {
      overrides: [
        {
          client: 'demo',
          id: 'ovr_1',
          limits: { burst: { quota: 9, window: 1 } },
          from: new Date(START / 1000 + 10_000).toISOString(),
          until: new Date(START / 1000 + 20_000).toISOString(),
          reason: 'stock take',
        },
      ],
    },
  )
  const times = [9_000, 9_001, 10_000, 10_001, 19_999, 20_000, 20_001]
  const path = file(t, times.map((ms) => own(ms)).join(''))
  const { replayed, report } = await simulate([path], draft)
  t.equal(replayed.refusedAfter, 3, 'before and after the override, and right behind its end')
  const rows = report.limits.filter(({ limit }) => limit === 'burst')
  t.strictSame(
    rows.map(({ after, before, because }) => [after, before, because?.slice(0, 14)]),
    [
      ['1 per 1 s', '1000000 per 1 s', undefined],
      ['9 per 1 s', '1000000 per 1 s', 'override ovr_1'],
    ],
  )
})

t.test('a replay that is told to stop rejects with the reason', async (t) => {
  const traffic = openTraffic([file(t, combined(0))])
  const signal = AbortSignal.abort(new Error('stopped'))
  await t.rejects(replay({ traffic, before: WIDE, after: WIDE, signal }), { message: 'stopped' })
})
