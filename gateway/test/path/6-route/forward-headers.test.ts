import { recordingUpstream } from '@stockgate/test-kit'
import t from 'tap'
import { call, seen } from '../../kit/call.ts'
import { startGateway } from '../../kit/gateway.ts'

t.test('the service learns client address, host, scheme and way, each said once', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url })
  await call(gateway.url, '/open', { headers: { host: 'api.example:99', accept: 'x/y', cookie: 'a=b' } })
  const { headers, rawHeaders } = seen(upstream)
  t.match(headers, {
    host: new URL(upstream.url).host,
    'x-forwarded-for': '127.0.0.1',
    'x-forwarded-host': 'api.example:99',
    'x-forwarded-proto': 'http',
    forwarded: 'for=127.0.0.1;host="api.example:99";proto=http',
    via: '1.1 stockgate',
    accept: 'x/y',
    cookie: 'a=b',
  })
  const names = rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase())
  t.equal(new Set(names).size, names.length, 'no name twice')
})

t.test('behind a trusted balancer they are what the balancer says, its right-most word only', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url, env: { TRUST_PROXY: '127.0.0.1' } })
  const headers = {
    'x-forwarded-for': '6.6.6.6, 192.0.2.7',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'shop.example',
  }
  await call(gateway.url, '/open', { headers })
  t.match(seen(upstream).headers, {
    'x-forwarded-for': '192.0.2.7',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'shop.example',
    forwarded: 'for=192.0.2.7;host=shop.example;proto=https',
  })
})

t.test('an IPv6 client is named in Forwarded as RFC 7239 writes it', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url, env: { TRUST_PROXY: '127.0.0.1' } })
  await call(gateway.url, '/open', {
    headers: { host: 'api.example', 'x-forwarded-for': '[2001:db8::1]:99' },
  })
  t.match(seen(upstream).headers, {
    'x-forwarded-for': '2001:db8::1',
    forwarded: 'for="[2001:db8::1]";host=api.example;proto=http',
  })
})

t.test('a scheme no balancer means is not believed, nor anything of who is no balancer', async (t) => {
  const upstream = await recordingUpstream(t)
  const trusting = await startGateway(t, { upstream: upstream.url, env: { TRUST_PROXY: '127.0.0.1' } })
  const strict = await startGateway(t, { upstream: upstream.url, env: { TRUST_PROXY: '192.0.2.0/24' } })
  for (const proto of ['javascript', 'https;x', 'https, ftp', '']) {
    await call(trusting.url, '/open', { headers: { 'x-forwarded-proto': proto } })
    t.equal(upstream.requests.at(-1)?.headers['x-forwarded-proto'], 'http', proto)
  }
  const lies = {
    host: 'api.example',
    forwarded: 'for=6.6.6.6;proto=https;host=evil',
    'x-forwarded-for': '6.6.6.6',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'evil.example',
  }
  await call(strict.url, '/open', { headers: lies })
  t.match(upstream.requests.at(-1)?.headers, {
    'x-forwarded-for': '127.0.0.1',
    'x-forwarded-proto': 'http',
    'x-forwarded-host': 'api.example',
    forwarded: 'for=127.0.0.1;host=api.example;proto=http',
  })
})
