import { connect } from 'node:net'
import { recordingUpstream } from '@stockgate/test-kit'
import t from 'tap'
import { answersIn, call, exchange, rawRequest, seen } from '../../kit/call.ts'
import { startGateway, until } from '../../kit/gateway.ts'

const manifests = [
  {
    service: 'shop',
    routes: [
      { path: '/open', methods: ['GET', 'POST'], auth: 'public' },
      { path: '/little', methods: ['POST'], auth: 'public', bodyLimit: 100 },
      { path: '/large', methods: ['POST'], auth: 'public', bodyLimit: 3_000_000 },
    ],
  },
]
const LIMITS = { '/little': 100, '/open': 1_048_576, '/large': 3_000_000 }

t.test('each route has a limit of its own: one byte below, at it and above', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url, manifests })
  for (const [path, limit] of Object.entries(LIMITS)) {
    for (const size of [limit - 1, limit, limit + 1]) {
      for (const framing of [{ 'content-length': size }, { 'transfer-encoding': 'chunked' }]) {
        const before = upstream.requests.length
        const headers = { 'content-type': 'text/plain', ...framing }
        const answer = await call(gateway.url, path, { method: 'POST', headers, body: 'x'.repeat(size) })
        t.equal(answer.status, size > limit ? 413 : 200, `${path} ${size} ${Object.keys(framing)}`)
        if (size > limit) t.match(answer.json.detail, `${limit} bytes`)
        else t.equal(seen(upstream, before).body.length, size)
      }
    }
  }
})

t.test('a gigabyte that is only announced is refused before a byte of it is asked for', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url, manifests })
  for (const length of ['1073741824', '9007199254740993', '99999999999999999999']) {
    const raw = await exchange(
      gateway.port,
      rawRequest('POST /open', ['Host: x', `Content-Length: ${length}`]),
    )
    const status = answersIn(raw)[0]?.status
    t.ok(status === 413 || status === 400, `${length}: ${status}`)
  }
  t.same(upstream.requests, [])
})

t.test('a body shorter than announced never reaches its service, and the line says who left', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url, manifests })
  for (const [index, path] of ['/open', '/large'].entries()) {
    const raw = rawRequest(`POST ${path}`, ['Host: x', 'Content-Length: 2000'], 'x'.repeat(1_999))
    const socket = connect(gateway.port, '127.0.0.1', () => socket.end(raw))
    socket.on('error', () => {}).resume()
    t.match(await gateway.line(index + 1), { error: /GW_CLIENT_GONE|GW_MESSAGE/ })
  }
  t.same(upstream.requests, [])
})

t.test('what is sent beyond the announced length is the next message, and refused as one', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url, manifests })
  const head = 'POST /open HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n'
  const answers = answersIn(await exchange(gateway.port, `${head}helloGARBAGE\r\n\r\n`))
  t.equal(answers[0]?.status, 200)
  t.equal(answers[1]?.status ?? 400, 400)
  t.equal(seen(upstream).text, 'hello')
  t.equal(upstream.requests.length, 1)
})

t.test('a body in chunks of one byte arrives whole', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url, manifests })
  const size = 20_000
  const head = 'POST /open HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n'
  const [answer] = answersIn(await exchange(gateway.port, `${head}${'1\r\nx\r\n'.repeat(size)}0\r\n\r\n`))
  t.equal(answer?.status, 200)
  t.equal(seen(upstream).body.length, size)
})

t.test('every kind of refused body leaves no request half on a service', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url, manifests })
  // Streams for a while, and turns out too large.
  const body = 'x'.repeat(3_000_001)
  const headers = { 'transfer-encoding': 'chunked' }
  t.equal((await call(gateway.url, '/large', { method: 'POST', headers, body })).status, 413)
  t.equal((await call(gateway.url, '/open')).status, 200)
  await until(() => upstream.requests.length === 1, 'only the good one was whole')
})
