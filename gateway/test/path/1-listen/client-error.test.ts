import { once } from 'node:events'
import { connect } from 'node:net'
import { recordingUpstream } from '@stockgate/test-kit'
import t from 'tap'
import { answersIn, call, exchange, rawRequest } from '../../kit/call.ts'
import { startGateway } from '../../kit/gateway.ts'
import { tcpUpstream } from '../../kit/tcp-upstream.ts'

const BROKEN = {
  'a request line that is no HTTP': 'HELLO\r\n\r\n',
  'two Content-Lengths': rawRequest(
    'POST /open',
    ['Host: x', 'Content-Length: 1', 'Content-Length: 2'],
    'ab',
  ),
  'Content-Length beside Transfer-Encoding': rawRequest(
    'POST /open',
    ['Host: x', 'Content-Length: 1', 'Transfer-Encoding: chunked'],
    '0\r\n\r\n',
  ),
  'a space before the colon': rawRequest('GET /open', ['Host : x']),
  'a folded header': rawRequest('GET /open', ['Host: x', 'A: b', ' c']),
  'a NUL in a header': rawRequest('GET /open', ['Host: x', 'A: b\0c']),
  'a chunk size that is no number': rawRequest(
    'POST /open',
    ['Host: x', 'Transfer-Encoding: chunked'],
    'zz\r\nab\r\n0\r\n\r\n',
  ),
  'a line that ends without CR': 'GET /open HTTP/1.1\nHost: x\n\n',
}

t.test('a message that is not valid HTTP is 400 as a problem, closes, and reaches no service', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url })
  let lines = 0
  for (const [what, bytes] of Object.entries(BROKEN)) {
    const [answer, ...more] = answersIn(await exchange(gateway.port, bytes))
    t.equal(answer?.status, 400, what)
    t.equal(answer?.headers['content-type'], 'application/problem+json')
    t.equal(answer?.headers.connection, 'close')
    t.equal(answer?.json.type, 'https://api.test/problems/malformed-request')
    t.equal(answer?.headers['x-request-id'], answer?.json.trace_id)
    t.same(more, [])
    const line = await gateway.line(++lines)
    t.match(
      line,
      { status: 400, error: 'GW_MESSAGE', request_id: answer?.json.trace_id },
      'its line in the log',
    )
  }
  t.equal(gateway.log.length, lines, 'one line each')
  t.same(upstream.requests, [])
})

t.test('headers beyond 16 KiB are 431', async (t) => {
  const gateway = await startGateway(t)
  const bytes = rawRequest('GET /open', ['Host: x', `A: ${'b'.repeat(17 * 1024)}`])
  const [answer] = answersIn(await exchange(gateway.port, bytes))
  t.equal(answer?.status, 431)
  t.equal(answer?.json.type, 'https://api.test/problems/header-fields-too-large')
  t.match(await gateway.line(), { status: 431, error: 'GW_HEADERS_SIZE' })
})

t.test('a request that stops in the middle of its body is 408 after the request time', async (t) => {
  const gateway = await startGateway(t, { env: { REQUEST_TIMEOUT_MS: '1000' } })
  const bytes = rawRequest('POST /open', ['Host: x', 'Content-Length: 100'], 'abc')
  const [answer] = answersIn(await exchange(gateway.port, bytes))
  t.equal(answer?.status, 408)
  t.equal(answer?.json.type, 'https://api.test/problems/request-timeout')
  t.match(await gateway.line(), { status: 408, error: 'GW_REQUEST_TIMEOUT', path: '/open' })
  t.equal(gateway.log.length, 1, 'the broken request has the one line')
})

t.test('a client that ends in the middle of its headers is told, and leaves one line', async (t) => {
  const gateway = await startGateway(t)
  const [answer] = answersIn(await exchange(gateway.port, 'GET /open HT', { half: true }))
  t.equal(answer?.status, 400)
  t.equal(gateway.log.length, 1)
})

t.test('a client that connects and leaves without a word leaves no line', async (t) => {
  const gateway = await startGateway(t)
  await new Promise((resolve) => {
    const socket = connect(gateway.port, '127.0.0.1', () => socket.destroy())
    socket.once('close', resolve)
  })
  t.equal((await call(gateway.url, '/livez')).status, 200)
  await gateway.line()
  t.equal(gateway.log.length, 1, 'only the other request has one')
})

/** Sends `first`, waits until the answer has `part`, sends `then`, and gives all that came back. */
async function interrupt(port: number, first: string, part: string, then: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  let raw = ''
  socket.on('data', (chunk) => {
    raw += chunk
    if (raw.endsWith(part)) socket.write(then)
  })
  socket.on('error', () => {})
  socket.write(first)
  await once(socket, 'close')
  return raw
}

t.test('what breaks while an answer goes out never gets into that answer, which is the last', async (t) => {
  const upstream = await tcpUpstream(t, 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nbegun', (socket) =>
    setTimeout(() => socket.write('ended'), 100),
  )
  const gateway = await startGateway(t, { upstream: upstream.url })
  const first = 'GET /open HTTP/1.1\r\nHost: x\r\n\r\n'
  const raw = await interrupt(gateway.port, first, 'begun', 'GARBAGE\r\n\r\n')
  t.match(raw, /begunended$/)
  await gateway.line(2)
  t.same(
    gateway.log.map(({ path, status, error }) => [path, status, error]),
    [
      [null, 400, 'GW_MESSAGE'],
      ['/open', 200, null],
    ],
    'the garbage and the request have a line each',
  )
})

t.test('a body that breaks after its request was refused gets no second answer', async (t) => {
  const gateway = await startGateway(t, { env: { REQUEST_TIMEOUT_MS: '1000' } })
  const first = 'POST /things HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n'
  for (const then of ['no size\r\n', '5\r\nnever']) {
    const raw = await interrupt(gateway.port, first, '}', then)
    t.equal(raw.split('HTTP/1.1 ').length - 1, 1, then)
    t.match(raw, /^HTTP\/1\.1 401 /)
  }
  t.same(
    gateway.log.map(({ status }) => status),
    [401, 401],
    'one line each',
  )
})
