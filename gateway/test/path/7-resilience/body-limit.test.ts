import { createServer } from 'node:http'
import { connect } from 'node:net'
import { recordingUpstream } from '@stockgate/test-kit'
import t from 'tap'
import { answersIn, call, exchange, rawRequest, seen } from '../../kit/call.ts'
import { startGateway, until } from '../../kit/gateway.ts'

const chunked = (...parts: string[]): string =>
  [...parts, ''].map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join('')

t.test('a body up to the limit arrives, announced or chunked, small or large', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url, env: { BODY_LIMIT: '200000' } })
  let index = 0
  for (const size of [0, 1, 65_536, 65_537, 200_000]) {
    for (const headers of [{ 'content-length': String(size) }, { 'transfer-encoding': 'chunked' }]) {
      const answer = await call(gateway.url, '/open', { method: 'POST', headers, body: 'x'.repeat(size) })
      t.equal(answer.status, 200, `${size} ${Object.keys(headers)}`)
      t.equal(seen(upstream, index++).body.length, size)
    }
  }
})

t.test('a body over the limit is a 413 problem the client can read, announced or chunked', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url })
  for (const size of [1_048_577, 2 * 1_048_576]) {
    for (const headers of [{ 'content-length': String(size) }, { 'transfer-encoding': 'chunked' }]) {
      const answer = await call(gateway.url, '/open', { method: 'POST', headers, body: 'x'.repeat(size) })
      t.equal(answer.status, 413)
      t.equal(answer.json.type, 'https://api.test/problems/content-too-large')
      t.equal(answer.headers.connection, 'close')
    }
  }
  t.match(await gateway.line(4), { status: 413, error: 'GW_BODY_SIZE' })
  t.same(upstream.requests, [], 'no service took one whole')
})

t.test('a client that sends without end is answered and cut', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url })
  const raw = await new Promise<string>((resolve) => {
    const socket = connect(gateway.port, '127.0.0.1')
    let text = ''
    let sending = true
    const piece = chunked('x'.repeat(60_000)).slice(0, -5)
    const send = (): void => {
      while (sending && socket.write(piece)) {}
    }
    socket.on('drain', send)
    socket.on('data', (chunk) => {
      text += chunk
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      sending = false
      resolve(text)
    })
    socket.write('POST /open HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n')
    send()
  })
  t.match(raw, /^HTTP\/1\.1 413 /)
})

t.test('a small body that comes slowly holds no connection to the service', async (t) => {
  const upstream = await recordingUpstream(t)
  const env = { SERVICE_CONCURRENCY: '1', UPSTREAM_CONNECTIONS: '1' }
  const gateway = await startGateway(t, { upstream: upstream.url, env })
  const slow = Array.from({ length: 20 }, () => {
    const socket = connect(gateway.port, '127.0.0.1')
    socket.write(rawRequest('POST /open', ['Host: x', 'Content-Length: 100'], 'half'))
    return socket
  })
  t.equal((await call(gateway.url, '/open')).status, 200, 'others are served meanwhile')
  for (const socket of slow) socket.destroy()
  await gateway.line(21)
  t.equal(upstream.requests.length, 1)
})

t.test(
  'after a refusal with the body still coming the next request on the connection is whole',
  async (t) => {
    const gateway = await startGateway(t)
    const body = chunked('x'.repeat(50_000), 'y'.repeat(50_000))
    const first = `POST /open HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${body}`
    const answers = answersIn(await exchange(gateway.port, first + rawRequest('GET /livez')))
    t.same(
      answers.map(({ status }) => status),
      [503, 200],
      'no endpoint, then alive',
    )
  },
)

t.test('a client that leaves within a streamed body takes the call to the service with it', async (t) => {
  let cut = false
  const hungry = createServer((request) => {
    request.on('error', () => {
      cut = true
    })
    request.resume()
  })
  await new Promise<void>((resolve) => hungry.listen(0, '127.0.0.1', resolve))
  t.teardown(() => hungry.close())
  const { port } = hungry.address() as { port: number }
  const gateway = await startGateway(t, {
    upstream: `http://127.0.0.1:${port}`,
    env: { BODY_LIMIT: '4000000' },
  })
  const socket = connect(gateway.port, '127.0.0.1')
  // More than is taken in before the service is bothered.
  const begun = chunked('x'.repeat(1_100_000)).slice(0, -5)
  socket.write(`POST /open HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${begun}`)
  await new Promise<void>((resolve) => hungry.once('request', () => resolve()))
  socket.destroy()
  await until(() => cut, 'the service saw the call end')
  t.match(await gateway.line(), { status: 499, error: 'GW_CLIENT_GONE' })
})
