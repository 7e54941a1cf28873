import { recordingUpstream } from '@stockgate/test-kit'
import t from 'tap'
import { answersIn, call, exchange, rawRequest } from '../../kit/call.ts'
import { startGateway } from '../../kit/gateway.ts'
import { tcpUpstream } from '../../kit/tcp-upstream.ts'

t.test('what the gateway says itself a service cannot say otherwise', async (t) => {
  const upstream = await recordingUpstream(t, (_request, response) => {
    for (const name of [
      'RateLimit',
      'RateLimit-Policy',
      'RateLimit-Limit',
      'X-RateLimit-Limit',
      'X-Request-Id',
      'Server',
      'X-Powered-By',
      'Access-Control-Allow-Origin',
      'Access-Control-Allow-Credentials',
      'Strict-Transport-Security',
      'X-Content-Type-Options',
      'X-Frame-Options',
      'Referrer-Policy',
      'Alt-Svc',
      'Proxy-Authenticate',
    ])
      response.setHeader(name, 'canary')
    response.setHeader('X-Mine', 'kept')
    response.setHeader('Set-Cookie', ['a=1', 'b=2'])
    response.setHeader('Vary', ['Accept', 'Origin'])
    response.end()
  })
  const gateway = await startGateway(t, { upstream: upstream.url })
  const { headers } = await call(gateway.url, '/open')
  t.notMatch(JSON.stringify(headers), 'canary')
  t.match(headers, {
    'x-mine': 'kept',
    'set-cookie': ['a=1', 'b=2'],
    vary: 'Accept, Origin',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'ratelimit-policy': '"burst";q=100000;w=1',
  })
})

t.test('hop-by-hop headers of the service, and what its Connection names, stay behind', async (t) => {
  const head = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive, X-Secret, content-length\r\n'
  const { url } = await tcpUpstream(t, `${head}Keep-Alive: timeout=9\r\nX-Secret: canary\r\nTE: x\r\n\r\nok`)
  const gateway = await startGateway(t, { upstream: url })
  const [answer] = answersIn(await exchange(gateway.port, rawRequest('GET /open')))
  t.equal(answer?.text, 'ok')
  t.equal(answer?.headers['x-secret'], undefined)
  t.equal(answer?.headers.connection, 'close', 'our own word to this client')
  t.equal(answer?.headers['keep-alive'], undefined)
})

t.test('a Trailer header beside a length does not kill the process', async (t) => {
  for (const status of ['200 OK', '204 No Content']) {
    const length = status === '200 OK' ? 'Content-Length: 0\r\n' : ''
    const { url } = await tcpUpstream(t, `HTTP/1.1 ${status}\r\nTrailer: X\r\n${length}\r\n`)
    const gateway = await startGateway(t, { upstream: url })
    for (const method of ['GET', 'HEAD'])
      t.equal(
        (await call(gateway.url, '/open', { method })).status,
        Number(status.slice(0, 3)),
        `${method} ${status}`,
      )
    t.equal((await call(gateway.url, '/livez')).status, 200)
  }
})

t.test('trailers of the service are dropped, its body stays whole', async (t) => {
  const upstream = await recordingUpstream(t, (_request, response) => {
    response.writeHead(200, { trailer: 'x-late' })
    response.write('body')
    response.addTrailers({ 'x-late': 'canary' })
    response.end()
  })
  const gateway = await startGateway(t, { upstream: upstream.url })
  const answer = await call(gateway.url, '/open')
  t.equal(answer.text, 'body')
  t.equal(answer.headers.trailer, undefined)
})

t.test('a 304 that names the length it would have had passes as 304', async (t) => {
  const { url } = await tcpUpstream(
    t,
    'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\nContent-Length: 500\r\n\r\n',
  )
  const gateway = await startGateway(t, { upstream: url })
  for (let i = 0; i < 3; i++) {
    const answer = await call(gateway.url, '/open')
    t.equal(answer.status, 304)
    t.equal(answer.headers.etag, '"a"')
    t.equal(answer.text, '')
  }
})

t.test('HEAD is answered with the headers of GET and no body', async (t) => {
  const upstream = await recordingUpstream(t, ({ method }, response) => {
    response.setHeader('content-length', '500')
    response.end(method === 'HEAD' ? undefined : 'x'.repeat(500))
  })
  const gateway = await startGateway(t, { upstream: upstream.url })
  const answer = await call(gateway.url, '/open', { method: 'HEAD' })
  t.equal(upstream.requests[0]?.method, 'HEAD')
  t.equal(answer.headers['content-length'], '500')
  t.equal(answer.text, '')
})

t.test('errors of the service pass as the service wrote them', async (t) => {
  const problem = { type: 'https://api.test/problems/insufficient-stock', status: 409 }
  const upstream = await recordingUpstream(t, ({ url }, response) => {
    response.writeHead(Number(url.slice(-3)), { 'content-type': 'application/problem+json' })
    response.end(JSON.stringify(problem))
  })
  const gateway = await startGateway(t, { upstream: upstream.url })
  for (const status of [400, 401, 404, 409, 429, 500, 503]) {
    const answer = await call(gateway.url, `/open?${status}`)
    t.equal(answer.status, status)
    t.same(answer.json, problem)
  }
  t.equal(upstream.requests.length, 7, 'and nothing is repeated, a 503 neither')
  t.match(await gateway.line(7), { status: 503, error: null, verdict: 'public' })
})
