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

t.test('what Connection names stays on this connection', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url })
  const headers = { connection: 'close, X-Mine', 'x-mine': '1', 'x-other': '2' }
  t.equal((await call(gateway.url, '/open', { headers })).status, 200)
  t.equal(seen(upstream).headers['x-mine'], undefined)
  t.equal(seen(upstream).headers['x-other'], '2')
})

t.test('a Connection header cannot take away what has to travel, nor what the gateway says', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url })
  for (const named of [
    'authorization, x-user-id, content-length, cookie',
    'x-request-id',
    'x-forwarded-for',
    'traceparent',
    'content-type',
    'idempotency-key',
    'host',
  ]) {
    const answer = await call(gateway.url, '/things', {
      method: 'POST',
      headers: { ...(await gateway.auth()), connection: `close, ${named}`, 'content-length': '3' },
      body: 'abc',
    })
    t.equal(answer.status, 400, named)
  }
  t.match(await gateway.line(7), { error: 'GW_CONNECTION' })
  t.same(upstream.requests, [])
})

t.test('bytes beyond ASCII in a header nobody here reads arrive as they were sent', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url })
  const bytes = rawRequest('GET /open', ['Host: x', 'X-Note: caf\xe9\tna\xefve'])
  t.equal(answersIn(await exchange(gateway.port, bytes))[0]?.status, 200)
  t.equal(seen(upstream).headers['x-note'], 'caf\xe9\tna\xefve')
})

t.test(
  'a Content-Type that two readers could read in two ways is 415; one that is missing stays missing',
  async (t) => {
    const upstream = await recordingUpstream(t)
    const gateway = await startGateway(t, { upstream: upstream.url })
    const post = (type: string[]) =>
      exchange(gateway.port, rawRequest('POST /open', ['Host: x', ...type, 'Content-Length: 2'], '{}'))
    for (const type of [
      'application/json\t;charset=utf-8',
      'application/json; charset=utf-7',
      'application/json; charset=utf-16',
      'application/json, text/plain',
      'application/json;;',
      'json',
      '',
    ]) {
      const [answer] = answersIn(await post([`Content-Type: ${type}`]))
      t.equal(answer?.status, 415, type)
      t.match(answer?.json.type, /unsupported-media-type$/)
    }
    t.same(upstream.requests, [])
    t.equal(answersIn(await post([]))[0]?.status, 200)
    t.equal(seen(upstream).headers['content-type'], undefined)
    t.equal(answersIn(await post(['Content-Type:   application/JSON; charset="utf-8"  ']))[0]?.status, 200)
    t.equal(seen(upstream, 1).headers['content-type'], 'application/JSON; charset="utf-8"')
  },
)

t.test('Expect: 100-continue is met here and not passed on', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url })
  const headers = { expect: '100-continue', 'content-length': '3' }
  t.equal((await call(gateway.url, '/open', { method: 'POST', headers, body: 'abc' })).status, 200)
  t.equal(upstream.requests[0]?.headers.expect, undefined)
  t.equal(upstream.requests[0]?.text, 'abc')
})

t.test('a body on a GET is refused, for nobody agrees what it means', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url })
  const answer = await call(gateway.url, '/open', { headers: { 'content-length': '3' }, body: 'abc' })
  t.equal(answer.status, 400)
  t.same(upstream.requests, [])
})
