import { recordingUpstream } from '@stockgate/test-kit'
import t from 'tap'
import { answersIn, call, exchange, rawRequest } from '../../kit/call.ts'
import { startGateway } from '../../kit/gateway.ts'

t.test('a host that is not served here is 400, and reaches no service', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url, env: { HOSTS: '' } })
  for (const host of ['evil.test', 'api.test.evil.test', 'api.test:8080', '127.0.0.2', '169.254.169.254']) {
    const raw = await exchange(gateway.port, rawRequest('GET /open', [`Host: ${host}`]))
    const [answer] = answersIn(raw)
    t.equal(answer?.status, 400, host)
    t.match(raw, /\r\nconnection: close\r\n/i)
    t.notMatch(raw, host, 'what was asked for is not repeated')
  }
  t.match(await gateway.line(5), { error: 'GW_UNKNOWN_HOST', service: 'shop' })
  t.same(upstream.requests, [])
  for (const host of ['api.test', 'API.test:443', 'localhost:1', `127.0.0.1:${gateway.port}`, '[::1]'])
    t.equal((await call(gateway.url, '/open', { headers: { host } })).status, 200, host)
})

t.test('probes may name any valid host, so that balancers can ask by address', async (t) => {
  const gateway = await startGateway(t, { env: { HOSTS: 'api.test' } })
  for (const target of ['/livez', '/readyz'])
    t.equal((await call(gateway.url, target, { headers: { host: '10.1.2.3:8080' } })).status, 200, target)
  t.equal((await call(gateway.url, '/livez', { headers: { host: 'a_b' } })).status, 400)
  t.equal((await call(gateway.url, '/open', { headers: { host: '10.1.2.3:8080' } })).status, 400)
})

t.test(
  'X-Forwarded-Host opens no host, and a trusted balancer cannot name one that is not served',
  async (t) => {
    const upstream = await recordingUpstream(t)
    const env = { HOSTS: 'shop.test', TRUST_PROXY: '127.0.0.0/8' }
    const gateway = await startGateway(t, { upstream: upstream.url, env })
    const ask = (host: string, forwarded: string) =>
      call(gateway.url, '/open', { headers: { host, 'x-forwarded-host': forwarded } })
    t.equal((await ask('evil.test', 'shop.test')).status, 400)
    for (const [said, seen] of [
      ['shop.test', 'shop.test'],
      ['evil.test, shop.test', 'shop.test'],
      ['shop.test, evil.test', 'api.test'],
      ['a_b', 'api.test'],
      ['user@shop.test', 'api.test'],
      ['', 'api.test'],
    ] as const) {
      t.equal((await ask('api.test', said)).status, 200, said)
      t.equal(upstream.requests.at(-1)?.headers['x-forwarded-host'], seen)
    }
  },
)

t.test('a target with an authority of its own is 400, whatever the Host says', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url })
  for (const target of [
    'http://api.test/open',
    'http://evil.test/open',
    'https://api.test/open',
    '//evil.test/open',
    'api.test/open',
    '@evil.test/open',
    '*',
    'http://127.0.0.1:9090/open',
    'file:///etc/passwd',
  ]) {
    const [answer] = answersIn(await exchange(gateway.port, rawRequest(`GET ${target}`, ['Host: api.test'])))
    t.equal(answer?.status, 400, target)
  }
  const [options] = answersIn(await exchange(gateway.port, rawRequest('OPTIONS *', ['Host: api.test'])))
  t.equal(options?.status, 400)
  t.same(upstream.requests, [])
})
