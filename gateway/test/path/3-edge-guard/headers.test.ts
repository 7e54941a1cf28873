import { recordingUpstream } from '@stockgate/test-kit'
import t from 'tap'
import { answersIn, call, exchange, rawRequest, seen } from '../../kit/call.ts'
import { startGateway } from '../../kit/gateway.ts'

const REFUSED: Record<string, string[]> = {
  'no Host': [],
  'two Hosts': ['Host: a', 'Host: b'],
  'two equal Hosts': ['Host: a', 'host: a'],
  'an empty Host': ['Host:'],
  'a Host with user': ['Host: evil@a'],
  'a Host with a path': ['Host: a/b'],
  'a Host list': ['Host: a, b'],
  'two Authorizations': ['Host: a', 'Authorization: Bearer x', 'authorization: Bearer y'],
  'two Content-Types': ['Host: a', 'Content-Type: text/plain', 'Content-Type: application/json'],
  'two Idempotency-Keys': ['Host: a', 'Idempotency-Key: x', 'Idempotency-Key: y'],
  'a transfer coding beside chunked': ['Host: a', 'Transfer-Encoding: gzip, chunked'],
}

t.test('headers that can be read in two ways are a 400 problem and reach no service', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url })
  for (const [what, headers] of Object.entries(REFUSED)) {
    const [answer] = answersIn(await exchange(gateway.port, rawRequest('POST /open', headers, '0\r\n\r\n')))
    t.equal(answer?.status, 400, what)
    t.equal(answer?.headers['content-type'], 'application/problem+json')
  }
  t.same(upstream.requests, [])
})

t.test('a Host may be a name, an address or an IPv6 address, with a port or without', async (t) => {
  const gateway = await startGateway(t)
  for (const host of ['api.example', 'api.example:8080', '127.0.0.1:1', '[::1]', '[fe80::1]:8080']) {
    t.equal((await call(gateway.url, '/livez', { headers: { host } })).status, 200, host)
  }
})

const CLAIMS = [
  'Forwarded',
  'Via',
  'X-Real-IP',
  'X-Forwarded-For',
  'X-Forwarded-User',
  'X-Forwarded-Anything',
  'X-User-Id',
  'x_user_id',
  'X_FORWARDED_FOR',
  'True-Client-IP',
  'X-Original-URL',
  'X-Rewrite-URL',
  'X-HTTP-Method-Override',
  'X-Authenticated-Userid',
  'X-Consumer-Username',
  'X-Scopes',
  'X-Tenant-Id',
  'Remote-User',
  'X-Request-Id',
  'X_Request_Id',
  'content_type',
  'Proxy-Authorization',
  'Proxy-Connection',
  'Keep-Alive',
  'TE',
  'HTTP2-Settings',
  'Trailer',
]

t.test(
  'what a client claims about itself or the connection stays at the edge, in any spelling',
  async (t) => {
    const upstream = await recordingUpstream(t)
    const gateway = await startGateway(t, { upstream: upstream.url })
    const headers = ['Host: x', 'X-Harmless: canary', ...CLAIMS.map((name) => `${name}: canary`)]
    const [answer] = answersIn(await exchange(gateway.port, rawRequest('GET /open', headers)))
    t.equal(answer?.status, 200)
    const { rawHeaders } = seen(upstream)
    const carriers = rawHeaders.filter((_name, index) => rawHeaders[index + 1] === 'canary')
    t.same(carriers, ['X-Harmless'])
  },
)

t.test('what Connection names stays on this connection, but framing and ours do not', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url })
  const named =
    'close, X-Mine, x-request-id, x-forwarded-for, traceparent, authorization, content-length, host'
  const answer = await call(gateway.url, '/things', {
    method: 'POST',
    headers: { ...(await gateway.auth()), connection: named, 'x-mine': '1', 'content-length': '3' },
    body: 'abc',
  })
  t.equal(answer.status, 200)
  const { headers, text } = seen(upstream)
  t.equal(headers['x-mine'], undefined)
  t.equal(headers['x-request-id'], answer.headers['x-request-id'])
  t.equal(headers['x-forwarded-for'], '127.0.0.1')
  t.match(headers.traceparent, /^00-/)
  t.match(headers.authorization, /^Bearer ey/)
  t.equal(text, 'abc')
})

t.test('Expect: 100-continue is met here and not passed on', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url })
  const headers = { expect: '100-continue', 'content-length': '3' }
  t.equal((await call(gateway.url, '/open', { method: 'POST', headers, body: 'abc' })).status, 200)
  t.equal(upstream.requests[0]?.headers.expect, undefined)
  t.equal(upstream.requests[0]?.text, 'abc')
})

t.test('a body on a GET is not passed on, nor is its length', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url })
  const answer = await call(gateway.url, '/open', { headers: { 'content-length': '3' }, body: 'abc' })
  t.equal(answer.status, 200)
  t.equal(upstream.requests[0]?.text, '')
  t.equal(upstream.requests[0]?.headers['content-length'], undefined)
})
