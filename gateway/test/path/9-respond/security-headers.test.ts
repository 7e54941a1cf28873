import { recordingUpstream } from '@stockgate/test-kit'
import t from 'tap'
import { answersIn, call, exchange, rawRequest } from '../../kit/call.ts'
import { startGateway } from '../../kit/gateway.ts'

const EVERYWHERE = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'strict-transport-security': /^max-age=\d{8}$/,
}
const API = { ...EVERYWHERE, 'content-security-policy': "default-src 'none'; frame-ancestors 'none'" }
const HTML = { accept: 'text/html' }

t.test('every answer, of the gateway and through it, carries the security headers of an API', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url })
  const auth = await gateway.auth()
  for (const [target, status, headers] of [
    ['/open', 200, {}],
    ['/things', 200, auth],
    ['/things', 401, {}],
    ['/things/1', 401, {}],
    ['/livez', 200, {}],
    ['/readyz', 200, {}],
    ['/', 200, {}],
    ['/openapi.json', 200, {}],
    ['/.well-known/jwks.json', 200, {}],
    ['/problems/not-found', 200, {}],
    ['/usage', 200, auth],
    ['/nothing', 404, {}],
    ['/a//b', 400, {}],
    [`/${'a'.repeat(9_000)}`, 414, {}],
  ] as const) {
    const answer = await call(gateway.url, target, { headers })
    t.equal(answer.status, status, target)
    t.match(answer.headers, API, target)
  }
  const { status, headers } = await call(gateway.url, '/open', { method: 'DELETE' })
  t.equal(status, 405)
  t.match(headers, API)
})

t.test('a refusal that is written to the socket itself carries them too, and is not stored', async (t) => {
  const gateway = await startGateway(t)
  for (const bytes of [
    'GARBAGE\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: x\r\nA b: c\r\n\r\n',
    `GET / HTTP/1.1\r\nHost: x\r\nA: ${'b'.repeat(200_000)}\r\n\r\n`,
    'CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n',
    'POST /open HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
  ]) {
    const [answer] = answersIn(await exchange(gateway.port, bytes))
    t.match(answer?.headers, { ...API, 'cache-control': 'no-store', 'x-request-id': /^[0-9a-f]{32}$/ })
    t.ok((answer?.status ?? 0) >= 400)
  }
})

t.test('a page of the gateway says what it may load, and may not be framed', async (t) => {
  const gateway = await startGateway(t)
  const { headers, text } = await call(gateway.url, '/problems/not-found', { headers: HTML })
  t.match(headers['content-type'], 'text/html')
  t.match(headers, EVERYWHERE)
  t.equal(headers['content-security-policy'], "default-src 'none', frame-ancestors 'none'")
  t.notMatch(text, /<script|style=|<link|<img/)
})

t.test('a page of a service says what it may load, but not that others may frame it', async (t) => {
  const own = "default-src 'self'; frame-ancestors *"
  const upstream = await recordingUpstream(t, ({ url }, response) => {
    response.setHeader('content-type', 'text/html')
    response.setHeader('content-security-policy', url.endsWith('two') ? [own, "img-src 'none'"] : own)
    response.setHeader('x-frame-options', 'ALLOWALL')
    response.end('<p>')
  })
  const gateway = await startGateway(t, { upstream: upstream.url })
  for (const [target, policy] of [
    ['/open', own],
    ['/open?two', `${own}, img-src 'none'`],
  ] as const) {
    const { headers } = await call(gateway.url, target)
    t.equal(
      headers['content-security-policy']?.toString().replaceAll(/,\s*/g, ', '),
      `${policy}, frame-ancestors 'none'`,
    )
    t.match(headers, EVERYWHERE)
  }
})

t.test('without https in PUBLIC_URL nothing asks browsers to insist on it', async (t) => {
  const gateway = await startGateway(t, { env: { PUBLIC_URL: 'http://127.0.0.1:1' } })
  const answers = [
    await call(gateway.url, '/livez'),
    await call(gateway.url, '/nothing'),
    ...answersIn(await exchange(gateway.port, 'GARBAGE\r\n\r\n')),
  ]
  t.equal(answers.length, 3)
  for (const { headers } of answers) {
    t.equal(headers['strict-transport-security'], undefined)
    t.equal(headers['x-content-type-options'], 'nosniff')
  }
})

t.test('security headers stand once in an answer, whoever said them before', async (t) => {
  const upstream = await recordingUpstream(t, (_request, response) => {
    for (const name of Object.keys(EVERYWHERE)) response.setHeader(name, ['one', 'two'])
    response.end()
  })
  const gateway = await startGateway(t, { upstream: upstream.url })
  const raw = (await exchange(gateway.port, rawRequest('GET /open'))).toLowerCase()
  for (const name of Object.keys(API)) t.equal(raw.split(`\r\n${name}:`).length, 2, name)
})
