import { recordingUpstream } from '@stockgate/test-kit'
import t from 'tap'
import { call } from '../../kit/call.ts'
import { limitsOf, policyOf, SHOP, startGateway } from '../../kit/gateway.ts'

const tier = (quota: number, sustained = 1000) => ({
  limits: { burst: { quota, window: 60 }, sustained: { quota: sustained, window: 3600 } },
})
const LIMITS = {
  tiers: { standard: tier(3), partner: tier(5), anonymous: tier(2) },
  clients: { big: 'partner' },
  defaultTier: 'standard',
  anonymousTier: 'anonymous',
}

t.test('every decided answer carries the policy and what is left of it', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url, limits: LIMITS })
  const first = await call(gateway.url, '/things', { headers: await gateway.auth() })
  t.equal(first.headers['ratelimit-policy'], '"burst";q=3;w=60, "sustained";q=1000;w=3600')
  t.match(first.headers.ratelimit, /^"burst";r=2;t=\d+, "sustained";r=999;t=\d+$/)
  t.equal(first.headers['retry-after'], undefined)
  const forbidden = await call(gateway.url, '/things', { headers: await gateway.auth('other') })
  t.equal(forbidden.status, 403)
  t.match(forbidden.headers.ratelimit, /^"burst";r=1;/, 'a refusal further on costs as well, and says so')
  const unknown = await call(gateway.url, '/nothing')
  t.equal(unknown.headers.ratelimit, undefined, 'what is not decided claims nothing')
})

t.test('over the limit the answer is 429, names the limit, and reaches no service', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url, limits: LIMITS })
  const headers = await gateway.auth()
  for (let i = 0; i < 3; i++) t.equal((await call(gateway.url, '/things', { headers })).status, 200)
  const answer = await call(gateway.url, '/things', { headers })
  t.equal(answer.status, 429)
  t.match(answer.json, {
    type: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
    'violated-policies': ['burst'],
    trace_id: answer.headers['x-request-id'],
  })
  t.match(answer.json.detail, /"burst" \(3 per 60 s\) of tier "standard"/)
  const wait = Number(answer.headers['retry-after'])
  t.ok(wait >= 1 && wait <= 20, `Retry-After ${wait}`)
  t.match(answer.headers.ratelimit, /^"burst";r=0;t=\d+, "sustained";r=997$/)
  t.equal(upstream.requests.length, 3)
})

t.test('a budget is the client, whichever token and user it comes with', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url, limits: LIMITS })
  const status = async (claims: object) =>
    (await call(gateway.url, '/things', { headers: await gateway.auth('things:read', claims as never) }))
      .status
  const statuses = []
  for (const sub of ['a', 'b', 'c', 'd']) statuses.push(await status({ client_id: 'one', sub }))
  t.same(statuses, [200, 200, 200, 429])
  t.equal(await status({ client_id: 'two', sub: 'a' }), 200, 'another client is not touched')
})

t.test('a client has the limits of its tier', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url, limits: LIMITS })
  const headers = await gateway.auth('things:read', { client_id: 'big' })
  const statuses = []
  for (let i = 0; i < 6; i++) statuses.push((await call(gateway.url, '/things', { headers })).status)
  t.same(statuses, [200, 200, 200, 200, 200, 429])
  t.match(await gateway.line(6), { tier: 'partner', limit: 'burst' })
})

t.test('public routes count by address', async (t) => {
  const upstream = await recordingUpstream(t)
  const env = { TRUST_PROXY: '127.0.0.1' }
  const gateway = await startGateway(t, { upstream: upstream.url, limits: LIMITS, env })
  const status = async (address: string) =>
    (await call(gateway.url, '/open', { headers: { 'x-forwarded-for': address } })).status
  t.same([await status('192.0.2.1'), await status('192.0.2.1'), await status('192.0.2.1')], [200, 200, 429])
  t.equal(await status('192.0.2.2'), 200)
  t.same(
    [await status('2001:db8::1'), await status('2001:db8::2'), await status('2001:db8::3')],
    [200, 200, 429],
  )
})

t.test('HEAD spends what GET spends, from the same budget', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url, limits: LIMITS })
  const headers = await gateway.auth()
  const statuses = []
  for (const method of ['HEAD', 'GET', 'HEAD', 'GET', 'HEAD'])
    statuses.push((await call(gateway.url, '/things', { method, headers })).status)
  t.same(statuses, [200, 200, 200, 429, 429])
})

t.test('a dear route takes its price at once, and a refused request takes nothing', async (t) => {
  const upstream = await recordingUpstream(t)
  const manifest = {
    service: 'shop',
    routes: [
      { path: '/dear', methods: ['GET'], auth: 'bearer', scopes: [], cost: 6 },
      { path: '/cheap', methods: ['GET'], auth: 'bearer', scopes: [] },
    ],
  }
  const limits = limitsOf({ quota: 10, window: 3600 })
  const gateway = await startGateway(t, { upstream: upstream.url, limits, manifests: [manifest] })
  const headers = await gateway.auth()
  const left = async (path: string) => {
    const answer = await call(gateway.url, path, { headers })
    return [answer.status, /r=(\d+)/.exec(String(answer.headers.ratelimit))?.[1]]
  }
  t.same(await left('/dear'), [200, '4'])
  t.same(await left('/dear'), [429, '4'])
  t.same(await left('/cheap'), [200, '3'])
})

t.test('the paths the gateway answers itself cost nothing', async (t) => {
  const gateway = await startGateway(t, { limits: LIMITS })
  for (let i = 0; i < 5; i++) t.equal((await call(gateway.url, '/livez')).status, 200)
})

t.test('a request ends on the policy it began with, the next one begins on the new one', async (t) => {
  let during = (): void => {}
  const upstream = await recordingUpstream(t, (_request, response) => {
    during()
    response.end()
  })
  const gateway = await startGateway(t, { upstream: upstream.url, limits: LIMITS })
  during = () => gateway.policy.swap(policyOf(limitsOf({ quota: 77, window: 1 }), [SHOP]))
  const old = await call(gateway.url, '/open')
  t.match(old.headers['ratelimit-policy'], /"burst";q=2;/)
  t.match((await call(gateway.url, '/open')).headers['ratelimit-policy'], /"burst";q=77;/)
})
