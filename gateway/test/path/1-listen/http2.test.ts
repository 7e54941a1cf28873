import { recordingUpstream, type TestScope } from '@stockgate/test-kit'
import t from 'tap'
import { createAuthority } from '../../kit/authority.ts'
import { seen } from '../../kit/call.ts'
import { startGateway, type TestGatewayOptions, until } from '../../kit/gateway.ts'
import { http2Client, type StreamAnswer } from '../../kit/http2.ts'
import { END_HEADERS, FRAME, fields, frame, frameClient } from '../../kit/http2-frames.ts'
import { tcpUpstream } from '../../kit/tcp-upstream.ts'

async function overHttp2(t: TestScope, options: TestGatewayOptions = {}) {
  const authority = createAuthority(t)
  const { certFile, keyFile } = authority.leaf(['localhost'], { days: 90 })
  const gateway = await startGateway(t, { ...options, tls: { certs: [certFile], keys: [keyFile] } })
  const client = await http2Client(t, gateway, authority)
  return { ...client, gateway, authority }
}

t.test(
  'a call goes the whole path: token, limits, service, headers of the answer, one line in the log',
  async (t) => {
    const upstream = await recordingUpstream(t, (_request, response) =>
      response.writeHead(201, { 'x-of-service': 'yes', connection: 'close' }).end('made'),
    )
    const { call, gateway } = await overHttp2(t, { upstream: upstream.url })
    const refused = await call('/things', { method: 'POST', body: 'a' })
    t.equal(refused.status, 401)
    t.equal(refused.headers['content-type'], 'application/problem+json')
    t.equal(refused.json.trace_id, refused.headers['x-request-id'])
    const headers = { ...(await gateway.auth()), 'content-type': 'text/plain' }
    const answer = await call('/things?a=b%20c', { method: 'POST', body: 'a thing', headers })
    t.equal(answer.status, 201)
    t.equal(answer.text, 'made')
    t.match(answer.headers, {
      'x-of-service': 'yes',
      'x-content-type-options': 'nosniff',
      ratelimit: /burst/,
    })
    t.notOk(answer.headers.connection, 'HTTP/2 knows no such field')
    const { method, url, body, headers: got } = seen(upstream)
    t.same([method, url, String(body)], ['POST', '/things?a=b%20c', 'a thing'])
    t.match(got, {
      via: '2.0 stockgate',
      'x-forwarded-host': `localhost:${gateway.port}`,
      'content-length': '7',
    })
    t.notOk(Object.keys(got).some((name) => name.startsWith(':')))
    t.match(await gateway.line(2), {
      status: 201,
      bytes_out: 4,
      method: 'POST',
      route: '/things',
      address: '127.0.0.1',
    })
  },
)

t.test(
  'what a client says about itself stays behind, in any case of letters it is able to send',
  async (t) => {
    const upstream = await recordingUpstream(t)
    const { call } = await overHttp2(t, { upstream: upstream.url })
    const claims = {
      'x-user-id': 'evil',
      x_user_id: 'evil',
      'x-tenant': 'evil',
      'x-forwarded-for': 'evil',
      forwarded: 'for=evil',
      'x-stockgate-client': 'evil',
    }
    t.equal((await call('/open', { headers: { ...claims, 'x-mine': 'kept' } })).status, 200)
    const { headers } = seen(upstream)
    t.notMatch(JSON.stringify(headers), /evil/)
    t.equal(headers['x-mine'], 'kept')
  },
)

t.test('a body that HTTP/2 announces in no way arrives whole, small or large', async (t) => {
  const upstream = await recordingUpstream(t)
  const { call } = await overHttp2(t, { upstream: upstream.url, env: { BODY_LIMIT: '4000000' } })
  for (const [at, size] of [3, 70_000, 3_000_000].entries()) {
    const body = Buffer.alloc(size, 'x')
    t.equal((await call('/open', { method: 'POST', body })).status, 200)
    t.equal(seen(upstream, at).body.length, size)
  }
})

t.test('a body over the limit is 413, and the connection serves on', async (t) => {
  const upstream = await recordingUpstream(t)
  const { call } = await overHttp2(t, { upstream: upstream.url, env: { BODY_LIMIT: '1000' } })
  for (const headers of [{}, { 'content-length': '2000000' }]) {
    const answer = await call('/open', { method: 'POST', body: Buffer.alloc(2_000_000, 'x'), headers })
    t.equal(answer.status, 413)
    t.equal(answer.json.status, 413)
  }
  t.equal(upstream.requests.length, 0)
  t.equal((await call('/open', { method: 'POST', body: 'small' })).status, 200)
})

t.test('a refused call with its body still coming leaves the connection good for the next', async (t) => {
  const upstream = await recordingUpstream(t)
  const { call } = await overHttp2(t, { upstream: upstream.url })
  for (let at = 0; at < 5; at++)
    t.equal((await call('/things', { method: 'POST', body: Buffer.alloc(500_000) })).status, 401)
  t.equal((await call('/open', { method: 'POST', body: Buffer.alloc(500_000) })).status, 200)
  t.equal(seen(upstream).body.length, 500_000)
})

t.test('an upload that is broken off never passes for whole: the service sees nothing of it', async (t) => {
  const upstream = await recordingUpstream(t)
  const env = { BODY_LIMIT: '9000000' }
  const { call, gateway, authority } = await overHttp2(t, { upstream: upstream.url, env })
  const post = { ':method': 'POST', ':scheme': 'https', ':path': '/open', ':authority': 'localhost' }
  const piece = Buffer.alloc(16_000)
  const { send, received } = await frameClient(t, gateway.port, authority)
  const window = (of: number): number =>
    received
      .filter(({ type, stream }) => type === FRAME.windowUpdate && stream === of)
      .reduce((sum, { payload }) => sum + payload.readUInt32BE(), 65_535)
  let total = 0
  let stream = 1
  for (const [pieces, code] of [
    [1, 8],
    [1, 0],
    [100, 8],
    [100, 0],
  ] as const) {
    send(frame(FRAME.headers, END_HEADERS, stream, fields(post)))
    for (let sent = 0; sent < pieces; sent++) {
      const room = () => Math.min(window(0) - total, window(stream) - sent * piece.length)
      await until(() => room() >= piece.length, 'the gateway takes more')
      send(frame(FRAME.data, 0, stream, piece))
      total += piece.length
    }
    const reset = Buffer.alloc(4)
    reset.writeUInt32BE(code)
    send(frame(FRAME.reset, 0, stream, reset))
    stream += 2
  }
  await gateway.line(4)
  for (const line of gateway.log.filter(({ path }) => path === '/open'))
    t.match(line, { status: 499, error: 'GW_CLIENT_GONE' })
  t.equal((await call('/livez')).status, 200)
  t.equal(upstream.requests.length, 0)
})

t.test('an answer the service breaks off is a reset stream, never a short answer', async (t) => {
  for (const head of ['Content-Length: 10', 'Transfer-Encoding: chunked']) {
    const bytes = `HTTP/1.1 200 OK\r\n${head}\r\n\r\n${head.startsWith('T') ? '5\r\n' : ''}begun`
    const upstream = await tcpUpstream(t, bytes, (socket) => setTimeout(() => socket.destroy(), 50))
    const { call, gateway } = await overHttp2(t, { upstream: upstream.url })
    const answer = await call('/open')
    t.equal(answer.status, 200)
    t.not(answer.code, 0, head)
    t.match(await gateway.line(), { error: 'GW_UPSTREAM_CUT' })
    t.equal((await call('/livez')).status, 200, 'other calls on the connection are not touched')
  }
})

t.test(
  'a client that leaves before its answer is 499, and its call to the service is given up',
  async (t) => {
    let left = false
    const upstream = await recordingUpstream(t, (_request, response) => {
      response.once('close', () => {
        left = true
      })
    })
    const { session, gateway } = await overHttp2(t, { upstream: upstream.url })
    const stream = session.request({ ':path': '/open' })
    stream.on('error', () => {})
    await upstream.next()
    stream.close(8)
    t.match(await gateway.line(), { status: 499, error: 'GW_CLIENT_GONE' })
    await until(() => left, 'the service sees the call go')
  },
)

t.test('HEAD, 204 and 304 have no body and come to their end', async (t) => {
  const upstream = await recordingUpstream(t, ({ url }, response) =>
    response.writeHead(url === '/open?204' ? 204 : url === '/open?304' ? 304 : 200, { etag: '"a"' }).end(),
  )
  const { call, gateway } = await overHttp2(t, { upstream: upstream.url })
  const head = await call('/livez', { method: 'HEAD' })
  const kept = ({ status, text, code, headers }: StreamAnswer) => ({ status, text, code, headers })
  t.match(kept(head), { status: 200, text: '', code: 0 })
  t.match(kept(await call('/open?204')), { status: 204, text: '', code: 0 })
  t.match(kept(await call('/open?304')), { status: 304, text: '', code: 0, headers: { etag: '"a"' } })
  await gateway.line(3)
  t.same(
    gateway.log.filter((line) => 'verdict' in line).map(({ status, error }) => [status, error]),
    [
      [200, null],
      [204, null],
      [304, null],
    ],
  )
})

t.test('trailers of a request are dropped', async (t) => {
  const upstream = await recordingUpstream(t)
  const { session } = await overHttp2(t, { upstream: upstream.url })
  const stream = session.request(
    { ':method': 'POST', ':path': '/open', trailer: 'x-user-id' },
    { waitForTrailers: true },
  )
  stream.once('wantTrailers', () =>
    stream.sendTrailers({ 'x-user-id': 'evil', authorization: 'Bearer evil' }),
  )
  stream.end('body')
  stream.resume()
  await new Promise((resolve) => stream.once('close', resolve))
  const { headers, body } = seen(upstream)
  t.equal(String(body), 'body')
  t.notMatch(JSON.stringify(headers), /evil|trailer/)
})

t.test('cookies that HTTP/2 sends in crumbs reach the service in one line', async (t) => {
  const upstream = await recordingUpstream(t)
  const { call } = await overHttp2(t, { upstream: upstream.url })
  await call('/open', { headers: { cookie: ['a=1', 'b=2'] } })
  t.equal(seen(upstream).headers.cookie, 'a=1; b=2')
})
