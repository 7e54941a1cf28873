import { recordingUpstream } from '@stockgate/test-kit'
import t from 'tap'
import { call } from '../../kit/call.ts'
import { startGateway } from '../../kit/gateway.ts'

t.test('an admitted request leaves one line with what an operator needs', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url })
  const answer = await call(gateway.url, '/things/7?secret=yes', {
    headers: await gateway.auth('', { client_id: 'demo', sub: '42' }),
  })
  const line = await gateway.line()
  t.same(gateway.log.length, 1)
  t.match(line, {
    request_id: answer.headers['x-request-id'],
    method: 'GET',
    route: '/things/{id}',
    path: '/things/7',
    status: 200,
    address: '127.0.0.1',
    client: 'demo',
    sub: '42',
    tier: 'standard',
    verdict: 'admitted',
    limit: null,
    service: 'shop',
    upstream: new URL(upstream.url).host,
    error: null,
  })
  t.ok(line.bytes_out > 200, 'bytes')
  t.ok(line.total_ms >= (line.upstream_ms as number) && (line.upstream_ms as number) > 0, 'both times')
})

t.test('every outcome has its verdict', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url })
  const cases: [target: string, method: string, headers: object, status: number, verdict: string][] = [
    ['/open', 'GET', {}, 200, 'public'],
    ['/livez', 'GET', {}, 200, 'public'],
    ['/things', 'GET', {}, 401, 'unauthenticated'],
    ['/things', 'GET', { authorization: 'Bearer x' }, 401, 'unauthenticated'],
    ['/things', 'GET', await gateway.auth('other'), 403, 'forbidden'],
    ['/things', 'GET', await gateway.auth(), 200, 'admitted'],
    ['/nothing', 'GET', {}, 404, 'unmatched'],
    ['/open', 'PATCH', {}, 405, 'unmatched'],
    ['/a//b', 'GET', {}, 400, 'refused'],
  ]
  for (const [index, [target, method, headers, status, verdict]] of cases.entries()) {
    await call(gateway.url, target, { method, headers: headers as Record<string, string> })
    t.match(await gateway.line(index + 1), { status, verdict }, `${method} ${target} ${status}`)
  }
  t.equal(gateway.log.length, cases.length)
})

t.test('a request over its limit names the limit', async (t) => {
  const burst = { quota: 1, window: 60 }
  const tier = { limits: { burst } }
  const limits = {
    tiers: { standard: tier, anonymous: tier },
    clients: {},
    defaultTier: 'standard',
    anonymousTier: 'anonymous',
  }
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url, limits })
  await call(gateway.url, '/open')
  await call(gateway.url, '/open')
  t.match(await gateway.line(2), { status: 429, verdict: 'limited', limit: 'burst', error: 'GW_QUOTA' })
})

t.test('no credential and no query gets into the log, whoever sends it and wherever', async (t) => {
  const upstream = await recordingUpstream(t, (_request, response) => response.destroy())
  const gateway = await startGateway(t, { upstream: upstream.url })
  const { authorization } = await gateway.auth()
  const secrets = ['s3cret-a', 's3cret-b', 's3cret-c', 's3cret-d', 's3cret-e', authorization.slice(7)]
  await call(gateway.url, '/things?token=s3cret-a', { headers: { authorization } })
  await call(gateway.url, '/things', { headers: { authorization: 'Bearer s3cret-b' } })
  await call(gateway.url, '/open', { headers: { authorization: 'Basic s3cret-c', cookie: 'a=s3cret-d' } })
  await call(gateway.url, 'http://user:s3cret-e@evil.test/open')
  await gateway.line(4)
  for (const secret of secrets) t.notOk(gateway.logText().includes(secret), secret)
})

t.test('an IPv4 client of an IPv6 listener is logged and passed on by its IPv4 address', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url, env: { TRUST_PROXY: '127.0.0.0/8' } })
  await call(gateway.url, '/open', { headers: { 'x-forwarded-for': '::ffff:192.0.2.7' } })
  t.equal((await gateway.line()).address, '192.0.2.7')
  t.equal(upstream.requests[0]?.headers['x-forwarded-for'], '192.0.2.7')
})
