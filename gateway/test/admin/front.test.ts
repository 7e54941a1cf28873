import { connect } from 'node:net'
import t from 'tap'
import type { AdminApp } from '../../src/admin/http/listener.ts'
import { answersIn, exchange, rawRequest } from '../kit/call.ts'
import { until } from '../kit/until.ts'
import { startListener } from './http/listener.ts'

const routes = (app: AdminApp) => {
  app.get('/livez', { config: { access: 'open' } }, async () => ({ status: 'pass' }))
  app.get('/metrics', { config: { access: 'open' } }, async () => ({ metrics: 1 }))
  app.post('/write', { config: { access: 'ops:write', action: 'test.write' } }, async (request) => ({
    read: request.body,
  }))
}

const HOST = 'Host: localhost'

/** Headers of every answer, whoever gave it. */
const FRONT = {
  'x-request-id': /^[0-9a-f]{32}$/,
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'content-security-policy': /default-src 'none'/,
}

t.test(
  'what can be read in two ways is refused as on the public side, each time with a problem',
  async (t) => {
    const { port } = await startListener(t, routes)
    const tries: [line: string, headers: string[], status: number, body?: string][] = [
      ['GET /metrics', [], 400],
      ['GET /metrics', [HOST, HOST], 400],
      ['GET /metrics', ['Host: a@localhost'], 400],
      ['GET /metrics', ['Host: local_host'], 400],
      ['GET /./metrics', [HOST], 400],
      ['GET //metrics', [HOST], 400],
      ['GET /x/../metrics', [HOST], 400],
      ['GET /%2e/metrics', [HOST], 400],
      ['GET /metrics%00', [HOST], 400],
      ['GET /metrics;x', [HOST], 400],
      ['GET /metrics#x', [HOST], 400],
      ['GET /%zz', [HOST], 400],
      ['GET *', [HOST], 400],
      ['GET http://localhost/metrics', [HOST], 400],
      ['CONNECT localhost:80', [HOST], 400],
      [`GET /${'x'.repeat(9_000)}`, [HOST], 414],
      ['GET /metrics', [HOST, 'Expect: something'], 417],
      ['POST /write', [HOST, 'Transfer-Encoding: gzip, chunked'], 400, '0\r\n\r\n'],
      ['POST /write', [HOST, 'Transfer-Encoding: chunked', 'Content-Length: 3'], 400, '0\r\n\r\n'],
      ['POST /write', [HOST, 'Content-Length: 3', 'Content-Length: 4'], 400, 'abc'],
      ['POST /write', [HOST, 'Content-Length: +3'], 400, 'abc'],
      ['GET /metrics', [HOST, 'Content-Length: 3'], 400, 'abc'],
      ['GET /metrics', [HOST, 'Authorization: Bearer a', 'Authorization: Bearer b'], 400],
      ['GET /metrics', [HOST, 'X: a\r\n folded'], 400],
      ['GET /metrics', [HOST, `X: ${'y'.repeat(17_000)}`], 431],
      ['GET /metrics', [HOST, ...Array.from({ length: 120 }, (_, i) => `X-${i}: y`)], 431],
    ]
    for (const [line, headers, status, body] of tries) {
      const what = `${line.slice(0, 40)} ${headers.join(', ').slice(0, 60)}`
      const answers = answersIn(await exchange(port, rawRequest(line, headers, body)))
      t.equal(answers.length, 1, what)
      t.equal(answers[0]?.status, status, what)
      t.equal(answers[0]?.headers['content-type'], 'application/problem+json', what)
      t.match(answers[0]?.headers, FRONT, what)
      t.equal(answers[0]?.json.trace_id, answers[0]?.headers['x-request-id'], what)
    }
  },
)

t.test('a page that made its own name point at this machine is refused by that name', async (t) => {
  const env = { ADMIN_HOSTS: 'ops.internal' }
  const { port } = await startListener(t, routes, { env })
  const ask = async (host: string, path = '/metrics') =>
    answersIn(await exchange(port, rawRequest(`GET ${path}`, [`Host: ${host}`])))[0]?.status
  for (const host of [
    'attacker.example',
    `attacker.example:${port}`,
    'localhost.attacker.example',
    '127.0.0.1.nip.example',
    'notlocalhost',
  ])
    t.equal(await ask(host), 400, host)
  for (const host of [
    '127.0.0.1',
    `127.0.0.1:${port}`,
    'LOCALHOST',
    `localhost:${port}`,
    `[::1]:${port}`,
    '192.0.2.7:9090',
    'ops.internal',
    'ops.internal:9090',
  ])
    t.equal(await ask(host), 200, host)
  t.equal(await ask('whatever.example', '/livez'), 200, 'a probe may call it what it likes')
})

t.test('no answer lets a page of another origin read it, and a preflight allows nothing', async (t) => {
  const { call } = await startListener(t, routes)
  const headers = {
    origin: 'https://attacker.example',
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization',
  }
  for (const method of ['GET', 'OPTIONS', 'POST']) {
    const answer = await call(method === 'GET' ? '/metrics' : '/write', { method, headers, scopes: null })
    const cors = Object.keys(answer.headers).filter((name) => name.startsWith('access-control-'))
    t.same(cors, [], method)
    t.equal(answer.headers['cross-origin-resource-policy'], 'same-origin', method)
  }
})

t.test('an answer given while its body still comes leaves the next request whole', async (t) => {
  const { port, issuer } = await startListener(t, routes)
  const token = await issuer.sign({ scope: 'ops:write', client_id: 'ops', sub: 'ops' })
  const smuggled = 'GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n'
  const good = rawRequest('GET /livez', [HOST])
  for (const [what, headers, status] of [
    ['no token', [], 401],
    ['another type', [`Authorization: Bearer ${token}`, 'Content-Type: text/plain'], 415],
    ['no JSON', [`Authorization: Bearer ${token}`, 'Content-Type: application/json'], 400],
    ['another host', [], 400],
  ] as const) {
    const host = what === 'another host' ? 'Host: attacker.example' : HOST
    const head = ['POST /write HTTP/1.1', host, ...headers, `Content-Length: ${smuggled.length}`]
    const answers = answersIn(await exchange(port, `${head.join('\r\n')}\r\n\r\n${smuggled}${good}`))
    const statuses = answers.map((answer) => answer.status)
    t.ok([`${status},200`, String(status)].includes(statuses.join()), `${what}: ${statuses}`)
    t.notMatch(answers.map(({ text }) => text).join(), 'metrics', `${what}: the body is no request`)
  }
})

t.test('a body that breaks after its refusal gets no second answer', async (t) => {
  const { port } = await startListener(t, routes)
  const head = ['POST /write HTTP/1.1', HOST, 'Transfer-Encoding: chunked']
  const socket = connect(port, '127.0.0.1')
  let got = ''
  socket.on('data', (chunk) => {
    got += chunk
  })
  socket.on('error', () => {})
  socket.write(`${head.join('\r\n')}\r\n\r\n5\r\nab`)
  await until(() => got.includes('unauthenticated'), 'the refusal')
  socket.write('cdeXX\r\nnonsense')
  await new Promise((resolve) => socket.once('close', resolve))
  t.equal(answersIn(got).length, 1)
})

t.test('an address that floods is held up before its token is looked at', async (t) => {
  const { call } = await startListener(t, routes, { env: { ADDRESS_LIMIT: '3' } })
  const answers = []
  for (let i = 0; i < 12; i++) answers.push(await call('/write', { method: 'POST', scopes: null }))
  const held = answers.filter(({ status }) => status === 429)
  t.ok(held.length > 0)
  t.match(held[0]?.headers, { ...FRONT, 'retry-after': '1', 'content-type': 'application/problem+json' })
  t.equal(answers[0]?.status, 401)
})

t.test('methods of RTSP, which the parser knows too, are refused and not an error of ours', async (t) => {
  const { port } = await startListener(t, routes)
  for (const line of ['ANNOUNCE /livez RTSP/1.0', 'PLAY //metrics RTSP/1.0']) {
    const raw = await exchange(port, `${line}\r\nHost: localhost\r\n\r\n`)
    t.match(raw, /^HTTP\/1\.1 400 /, line)
    t.match(raw, /\r\nconnection: close\r\n/i)
  }
})
