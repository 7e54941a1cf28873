import { manualClock, recordingUpstream } from '@stockgate/test-kit'
import t from 'tap'
import { call } from '../../kit/call.ts'
import { limitsWith, SHOP, startGateway, until } from '../../kit/gateway.ts'

const QUOTA = 'https://iana.org/assignments/http-problem-types#quota-exceeded'

t.test('a daily quota counts by its time zone and is whole again at midnight there', async (t) => {
  const upstream = await recordingUpstream(t)
  // 23:59:30 in Berlin, on the day before the clocks are put forward.
  const clock = manualClock('2026-03-28T22:59:30Z')
  const limits = limitsWith({ daily: { quota: 2, period: 'day', timeZone: 'Europe/Berlin' } })
  const gateway = await startGateway(t, { upstream: upstream.url, limits, clock: clock.now })
  const first = await call(gateway.url, '/open')
  t.equal(first.headers['ratelimit-policy'], '"daily";q=2;w=86400')
  t.equal(first.headers.ratelimit, '"daily";r=1;t=30')
  await call(gateway.url, '/open')
  const refused = await call(gateway.url, '/open')
  t.equal(refused.status, 429)
  t.equal(refused.headers['retry-after'], '30')
  t.match(refused.json, {
    detail: 'The limit "daily" (2 per day, Europe/Berlin) of tier "anonymous" is reached; come back in 30 s.',
    'violated-policies': ['daily'],
  })
  clock.advance(30_000)
  const short = await call(gateway.url, '/open')
  t.equal(short.headers['ratelimit-policy'], '"daily";q=2;w=82800', 'a day of 23 hours')
  t.equal(short.headers.ratelimit, '"daily";r=1;t=82800')
})

t.test('calls in flight are limited, and no time is promised for what nobody can foretell', async (t) => {
  const releases: (() => void)[] = []
  const upstream = await recordingUpstream(t, (_request, response) => {
    releases.push(() => response.end())
  })
  const limits = limitsWith({ inflight: { concurrent: 2 } })
  const gateway = await startGateway(t, { upstream: upstream.url, limits })
  const held = [1, 2].map(() => call(gateway.url, '/open'))
  await until(() => releases.length === 2, 'two are in flight')
  const refused = await call(gateway.url, '/open')
  t.equal(refused.status, 429)
  t.equal(refused.headers['ratelimit-policy'], '"inflight";q=2;qu="concurrent-requests"')
  t.equal(refused.headers.ratelimit, '"inflight";r=0')
  t.equal(refused.headers['retry-after'], '1')
  t.match(refused.json, {
    type: QUOTA,
    detail:
      'The limit "inflight" (2 at once) of tier "anonymous" is reached; come back once a call of yours has ended.',
    'violated-policies': ['inflight'],
  })
  for (const release of releases.splice(0)) release()
  await Promise.all(held)
  const next = call(gateway.url, '/open')
  await until(() => releases.length === 1, 'there is room again')
  for (const release of releases) release()
  t.equal((await next).status, 200)
})

t.test('every limit in the way is named, and the time is that of the last', async (t) => {
  const upstream = await recordingUpstream(t)
  const clock = manualClock()
  const limits = limitsWith({
    burst: { quota: 1, window: 10 },
    sustained: { quota: 1, window: 60 },
    daily: { quota: 9, period: 'day' },
  })
  const gateway = await startGateway(t, { upstream: upstream.url, limits, clock: clock.now })
  await call(gateway.url, '/open')
  const refused = await call(gateway.url, '/open')
  t.match(refused.json, {
    detail:
      'The limits "burst" (1 per 10 s) of tier "anonymous" and "sustained" (1 per 60 s) of tier "anonymous" are reached; come back in 60 s.',
    'violated-policies': ['burst', 'sustained'],
  })
  t.equal(refused.headers['retry-after'], '60')
  t.equal(refused.headers.ratelimit, '"burst";r=0;t=10, "sustained";r=0;t=60, "daily";r=8')
  t.match(await gateway.line(2), { limit: 'burst sustained', verdict: 'limited' })
})

t.test('a limit of a route is held beside those of the tier, and shared by its routes alone', async (t) => {
  const upstream = await recordingUpstream(t)
  const exports = { exports: { quota: 2, window: 60 } }
  const route = { methods: ['GET'], auth: 'public' }
  const manifest = {
    service: 'shop',
    routes: [
      { path: '/export', ...route, limits: exports },
      { path: '/dump', ...route, limits: exports },
      { path: '/open', ...route },
    ],
  }
  const limits = limitsWith({ burst: { quota: 9, window: 60 } })
  const gateway = await startGateway(t, { upstream: upstream.url, limits, manifests: [manifest] })
  const first = await call(gateway.url, '/export')
  t.equal(first.headers['ratelimit-policy'], '"burst";q=9;w=60, "exports";q=2;w=60')
  t.equal((await call(gateway.url, '/dump')).status, 200)
  const refused = await call(gateway.url, '/export')
  t.equal(refused.status, 429)
  t.match(
    refused.json.detail,
    /^The limit "exports" \(2 per 60 s\) of this route is reached; come back in \d+ s\.$/,
  )
  t.equal((await call(gateway.url, '/open')).status, 200)
})

t.test('the owner may be a claim, and a limit may count each user apart', async (t) => {
  const upstream = await recordingUpstream(t)
  const tier = { limits: { burst: { quota: 3, window: 60 }, each: { quota: 2, window: 60, per: 'user' } } }
  const limits = {
    tiers: {
      standard: { ...tier, per: 'claim:tenant' },
      anonymous: { limits: { burst: { quota: 9, window: 1 } } },
    },
    clients: {},
    defaultTier: 'standard',
    anonymousTier: 'anonymous',
  }
  const gateway = await startGateway(t, { upstream: upstream.url, limits })
  const ask = async (tenant: string, client_id: string, sub: string) => {
    const answer = await call(gateway.url, '/things/1', {
      headers: await gateway.auth('', { tenant, client_id, sub }),
    })
    return answer.status === 200 ? 'yes' : answer.json['violated-policies']
  }
  t.equal(await ask('acme', 'one', 'ann'), 'yes')
  t.equal(await ask('acme', 'one', 'ann'), 'yes')
  t.same(await ask('acme', 'one', 'ann'), ['each'])
  t.equal(await ask('acme', 'two', 'bob'), 'yes')
  t.same(await ask('acme', 'two', 'bob'), ['burst'], 'all clients of a tenant spend one budget')
  t.equal(await ask('rest', 'two', 'bob'), 'yes', 'and another tenant has its own')
  t.match(await gateway.line(6), { owner: 'claim:tenant:rest', client: 'two', sub: 'bob' })
})

t.test(
  'the fields speak the draft the operator chose, and the old names where the tier has them',
  async (t) => {
    const upstream = await recordingUpstream(t)
    const clock = manualClock()
    const limits = limitsWith(
      { burst: { quota: 2, window: 10 }, inflight: { concurrent: 9 } },
      { legacyHeaders: true },
    )
    const env = { RATE_LIMIT_DRAFT: '07' }
    const gateway = await startGateway(t, { upstream: upstream.url, limits, env, clock: clock.now })
    const admitted = await call(gateway.url, '/open')
    t.match(admitted.headers, {
      'ratelimit-policy': '2;w=10',
      ratelimit: 'limit=2, remaining=1, reset=5',
      'x-ratelimit-limit': '2',
      'x-ratelimit-remaining': '1',
      'x-ratelimit-reset': '5',
    })
    await call(gateway.url, '/open')
    const { status, headers } = await call(gateway.url, '/open')
    t.equal(status, 429)
    t.match(headers, {
      ratelimit: 'limit=2, remaining=0, reset=5',
      'retry-after': '5',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': '5',
    })
  },
)

t.test('our old names stay where the answer of a service breaks at its first byte', async (t) => {
  const { tcpUpstream } = await import('../../kit/tcp-upstream.ts')
  const { url } = await tcpUpstream(t, 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n')
  const limits = limitsWith({ burst: { quota: 2, window: 10 } }, { legacyHeaders: true })
  const gateway = await startGateway(t, { upstream: url, limits, manifests: [SHOP] })
  const { status, headers } = await call(gateway.url, '/open')
  t.equal(status, 502)
  t.equal(headers['x-ratelimit-limit'], '2')
})
