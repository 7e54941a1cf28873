import { manualClock, recordingUpstream } from '@stockgate/test-kit'
import t from 'tap'
import { openTestKeys, WISH } from '../../kit/api-keys.ts'
import { call } from '../../kit/call.ts'
import { limitsWith, policyOf, SHOP, startGateway } from '../../kit/gateway.ts'

const LIMITS = {
  tiers: {
    standard: {
      limits: {
        burst: { quota: 2, window: 10 },
        daily: { quota: 50, period: 'day', per: 'user' },
        inflight: { concurrent: 3 },
      },
    },
    anonymous: { limits: { burst: { quota: 2, window: 10 } } },
  },
  clients: {},
  defaultTier: 'standard',
  anonymousTier: 'anonymous',
}

t.test('a client reads its tier, what it has left and its last refusals', async (t) => {
  const upstream = await recordingUpstream(t)
  const clock = manualClock('2026-11-22T12:00:00Z')
  const gateway = await startGateway(t, { upstream: upstream.url, limits: LIMITS, clock: clock.now })
  const headers = await gateway.auth('things:read', { client_id: 'demo', sub: 'ann' })
  for (const _ of [1, 2]) await call(gateway.url, '/things', { headers })
  clock.advance(1_000)
  const refused = await call(gateway.url, '/things/7', { headers, method: 'PUT', body: '{}' })
  t.equal(refused.status, 429)
  clock.advance(1_000)
  const usage = await call(gateway.url, '/usage', { headers })
  t.equal(usage.status, 200)
  t.match(usage.headers, { 'content-type': /^application\/json/, 'cache-control': 'no-store' })
  t.same(usage.json, {
    tier: 'standard',
    rule: 'client "demo" is not listed and so in tier "standard"',
    revision: 1,
    limits: [
      { name: 'burst', kind: 'rate', quota: 2, window: 10, remaining: 0, reset: 8, per: 'client' },
      {
        name: 'daily',
        kind: 'calendar',
        quota: 50,
        window: 86_400,
        remaining: 48,
        reset: 43_198,
        per: 'user',
      },
      {
        name: 'inflight',
        kind: 'concurrency',
        quota: 3,
        window: null,
        remaining: 3,
        reset: null,
        per: 'client',
      },
    ],
    last_refusals: [
      {
        at: '2026-11-22T12:00:01.000Z',
        request_id: refused.headers['x-request-id'],
        method: 'PUT',
        route: '/things/{id}',
        violated: ['burst'],
        retry_after: 4,
      },
    ],
  })
})

t.test('asking costs nothing, however often, and carries no fields of limits', async (t) => {
  const upstream = await recordingUpstream(t)
  const clock = manualClock()
  const gateway = await startGateway(t, { upstream: upstream.url, limits: LIMITS, clock: clock.now })
  const headers = await gateway.auth()
  for (let time = 0; time < 5; time++) {
    const usage = await call(gateway.url, '/usage', { headers })
    t.match(usage.json, {
      limits: [{ remaining: 2, reset: 0 }, { remaining: 50 }, { remaining: 3 }],
      last_refusals: [],
    })
    t.equal(usage.headers.ratelimit, undefined)
  }
  t.equal((await call(gateway.url, '/usage', { headers, method: 'HEAD' })).text, '')
  t.match(await gateway.line(6), { route: '/usage', verdict: 'admitted', cost: undefined, owner: undefined })
})

t.test('an API key reads the usage of its client as a token does', async (t) => {
  const upstream = await recordingUpstream(t)
  const { keys } = await openTestKeys(t)
  const { text } = await keys.create(WISH, 'ops')
  const gateway = await startGateway(t, { upstream: upstream.url, limits: LIMITS, keys })
  const headers = { 'x-api-key': text }
  t.equal((await call(gateway.url, '/things', { headers })).status, 200)
  const token = await gateway.auth('', { client_id: WISH.client })
  for (const credential of [headers, token])
    t.match((await call(gateway.url, '/usage', { headers: credential })).json, { limits: [{ remaining: 1 }] })
})

t.test('only refusals of the same owner are shown', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url, limits: LIMITS })
  const noisy = await gateway.auth('things:read', { client_id: 'noisy' })
  for (const _ of [1, 2, 3]) await call(gateway.url, '/things', { headers: noisy })
  const quiet = await gateway.auth('things:read', { client_id: 'quiet' })
  t.same((await call(gateway.url, '/usage', { headers: quiet })).json.last_refusals, [])
  t.equal(((await call(gateway.url, '/usage', { headers: noisy })).json.last_refusals as []).length, 1)
})

t.test('the usage is that of the policy in force', async (t) => {
  const gateway = await startGateway(t, { limits: LIMITS })
  const headers = await gateway.auth()
  gateway.policy.swap(policyOf(limitsWith({ burst: { quota: 77, window: 1 } }), [SHOP], 9))
  t.match((await call(gateway.url, '/usage', { headers })).json, { revision: 9, limits: [{ quota: 77 }] })
})

t.test('nobody reads a usage without a credential', async (t) => {
  const gateway = await startGateway(t)
  const answer = await call(gateway.url, '/usage')
  t.equal(answer.status, 401)
  t.match(answer.headers['www-authenticate'], /^Bearer /)
  t.equal((await call(gateway.url, '/usage', { method: 'POST' })).status, 405)
})

t.test('the description of the API tells of it', async (t) => {
  const gateway = await startGateway(t)
  const { json } = await call(gateway.url, '/openapi.json')
  t.match(json, {
    paths: { '/usage': { get: { operationId: 'getUsage', security: [{ bearer: [] }] } } },
    components: { schemas: { Usage: { required: ['tier', 'rule', 'revision', 'limits', 'last_refusals'] } } },
  })
})
