import { manualClock, recordingUpstream, type TestScope } from '@stockgate/test-kit'
import t from 'tap'
import { call } from '../../kit/call.ts'
import { limitsOf, startGateway, type TestGatewayOptions } from '../../kit/gateway.ts'

const BASE = limitsOf({ quota: 100, window: 60 })

/** A gateway on a clock of ours, and how client `demo` fares there. */
async function demo(t: TestScope, start: string, limits: object, options: TestGatewayOptions = {}) {
  const upstream = await recordingUpstream(t)
  const clock = manualClock(start)
  const gateway = await startGateway(t, { upstream: upstream.url, limits, clock: clock.now, ...options })
  return {
    clock,
    gateway,
    ask: async (client_id = 'demo') => {
      const headers = await gateway.auth('things:read', { client_id })
      const answer = await call(gateway.url, '/things', { headers })
      const usage = await call(gateway.url, '/usage', { headers })
      return { ...answer, policy: answer.headers['ratelimit-policy'], rule: usage.json.rule }
    },
  }
}

t.test('an override begins and ends by the clock of the gateway alone, to the millisecond', async (t) => {
  const override = {
    id: 'ovr_1',
    client: 'demo',
    limits: { burst: { quota: 500, window: 60 } },
    from: '2026-11-22T12:00:01Z',
    until: '2026-11-22T12:00:03Z',
    reason: 'stock take',
  }
  const { clock, ask } = await demo(t, '2026-11-22T12:00:00.999Z', { ...BASE, overrides: [override] })
  t.equal((await ask()).policy, '"burst";q=100;w=60')
  clock.advance(1)
  const during = await ask()
  t.equal(during.policy, '"burst";q=500;w=60')
  t.match(during.rule, /^override ovr_1 until 2026-11-22T12:00:03/)
  t.equal((await ask('another')).policy, '"burst";q=100;w=60')
  clock.advance(1_999)
  t.equal((await ask()).policy, '"burst";q=500;w=60')
  clock.advance(1)
  t.equal((await ask()).policy, '"burst";q=100;w=60')
})

t.test('a schedule holds in its part of the week, in its time zone', async (t) => {
  const burst = { quota: 100, window: 60 }
  const schedule = {
    name: 'office-hours',
    days: ['mon', 'tue', 'wed', 'thu', 'fri'],
    from: '08:00',
    until: '18:00',
    timeZone: 'Europe/Berlin',
    limits: { burst: { quota: 200, window: 60 } },
  }
  const tiers = { standard: { limits: { burst }, schedules: [schedule] }, anonymous: { limits: { burst } } }
  // A Monday, 07:59:59 in Berlin.
  const { clock, ask } = await demo(t, '2026-11-23T06:59:59Z', { ...BASE, tiers })
  t.equal((await ask()).policy, '"burst";q=100;w=60')
  clock.advance(1_000)
  const during = await ask()
  t.equal(during.policy, '"burst";q=200;w=60')
  t.match(during.rule, 'schedule "office-hours" of tier "standard"')
  clock.set('2026-11-23T17:00:00Z')
  t.equal((await ask()).policy, '"burst";q=100;w=60')
  clock.set('2026-11-28T11:00:00Z')
  t.equal((await ask()).policy, '"burst";q=100;w=60', 'a Saturday')
})

const tighter = (percent: number) => ({
  ...BASE,
  candidates: {
    tighter: { tier: 'standard', limits: { burst: { quota: 1, window: 60 } }, rollout: { percent } },
  },
})

t.test('a candidate refuses nobody and shows nowhere, but those who count hear of it', async (t) => {
  const told: unknown[] = []
  const { ask } = await demo(t, '2026-11-22T12:00:00Z', tighter(0), {
    onDecision: (_plan, { allowed, candidates }) => told.push([allowed, candidates]),
  })
  for (const _ of [1, 2]) {
    const answer = await ask()
    t.equal(answer.status, 200)
    t.equal(answer.policy, '"burst";q=100;w=60')
    t.match(answer.rule, 'is not listed and so in tier "standard"')
  }
  t.same(told, [
    [true, [{ candidate: 'tighter', allowed: true, violated: [] }]],
    [true, [{ candidate: 'tighter', allowed: false, violated: ['burst'] }]],
  ])
})

t.test(
  'a candidate rolled out to all is the limit, and its refusals say which tier it stands for',
  async (t) => {
    const { ask, gateway } = await demo(t, '2026-11-22T12:00:00Z', tighter(100))
    const first = await ask()
    t.equal(first.policy, '"burst";q=1;w=60')
    t.match(first.rule, 'rollout of candidate "tighter" to 100 %')
    const refused = await ask()
    t.equal(refused.status, 429)
    t.match(refused.json.detail, /^The limit "burst" \(1 per 60 s\) of tier "standard" is reached/)
    const record = gateway.records.find(String(refused.headers['x-request-id']))
    t.match(record?.plan, { tier: 'standard', rolledOut: 'tighter' })
  },
)
