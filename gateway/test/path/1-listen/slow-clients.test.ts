import { createServer } from 'node:http'
import { connect, type Socket } from 'node:net'
import { recordingUpstream, type TestScope } from '@stockgate/test-kit'
import t from 'tap'
import { answersIn } from '../../kit/call.ts'
import { startGateway, type TestGateway, until } from '../../kit/gateway.ts'

t.jobs = 12

/** A connection whose answer is kept; it ends when the gateway ends it. */
function open(
  t: TestScope,
  gateway: TestGateway,
  first = '',
): { socket: Socket; text: string; over: boolean } {
  const socket = connect({ port: gateway.port, host: '127.0.0.1' })
  const client = { socket, text: '', over: false }
  socket.on('data', (chunk) => {
    client.text += chunk
  })
  socket.on('error', () => {})
  socket.once('close', () => {
    client.over = true
  })
  t.teardown(() => socket.destroy())
  if (first !== '') socket.write(first)
  return client
}

/** Goes on sending until the other side has had enough, or so many pieces are sent. */
function drip(socket: Socket, piece: string, everyMs: number, most = Number.POSITIVE_INFINITY): void {
  let sent = 0
  const timer = setInterval(() => {
    if (socket.destroyed || sent++ >= most) clearInterval(timer)
    else socket.write(piece)
  }, everyMs)
}

const LARGE = Buffer.alloc(30_000_000, 'x')
const manifests = [
  {
    service: 'shop',
    routes: [{ path: '/open', methods: ['GET', 'POST'], auth: 'public', deadlineMs: 60_000 }],
  },
]
const env = { HEADERS_TIMEOUT_MS: '2000', REQUEST_TIMEOUT_MS: '60000', BODY_LIMIT: '8000000' }

t.test('a body that comes too slowly is a 408 problem, and never reaches its service', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url, manifests, env })
  const clients = [
    open(t, gateway, 'POST /open HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n'),
    open(t, gateway, 'POST /open HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n'),
    open(
      t,
      gateway,
      `POST /open HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n${'x'.repeat(500_000)}`,
    ),
  ]
  drip(clients[0]?.socket as Socket, 'x', 100)
  await until(() => clients.every(({ over }) => over), 'all are told and cut', 30_000)
  for (const { text } of clients) {
    const [answer] = answersIn(text)
    t.equal(answer?.status, 408)
    t.equal(answer?.json.type, 'https://api.test/problems/request-timeout')
    t.equal(answer?.headers.connection, 'close')
  }
  t.match(await gateway.line(3), { status: 408, error: 'GW_SLOW_CLIENT', upstream: null })
  t.same(upstream.requests, [])
})

t.test('a body that stalls while it streams is given up at its service too', async (t) => {
  let cut = 0
  const service = createServer((request) => {
    request.once('error', () => cut++)
    request.resume()
  })
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve))
  t.teardown(() => service.close())
  const { port } = service.address() as { port: number }
  const gateway = await startGateway(t, { upstream: `http://127.0.0.1:${port}`, manifests, env })
  const head = 'POST /open HTTP/1.1\r\nHost: x\r\nContent-Length: 4000000\r\n\r\n'
  const client = open(t, gateway, head + 'x'.repeat(2_000_000))
  await until(() => client.over && cut === 1, 'client and service are rid of it', 30_000)
  t.equal(answersIn(client.text)[0]?.status, 408)
  t.match(await gateway.line(), { status: 408, error: 'GW_SLOW_CLIENT' })
})

t.test('a body nobody reads any more, because it was refused, must come in time as well', async (t) => {
  const gateway = await startGateway(t, { env })
  const client = open(t, gateway, 'POST /things HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\nsome')
  await until(() => client.text.includes('\r\n\r\n'), 'it is refused')
  t.match(client.text, /^HTTP\/1\.1 401 /)
  await until(() => client.over, 'its connection is cut', 30_000)
})

t.test('a body that keeps the pace arrives, however long it takes', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url, manifests, env })
  const client = open(t, gateway, 'POST /open HTTP/1.1\r\nHost: x\r\nContent-Length: 36000\r\n\r\n')
  drip(client.socket, 'x'.repeat(600), 200, 60)
  await until(() => client.text !== '', 'it is answered', 30_000)
  t.match(client.text, /^HTTP\/1\.1 200 /)
})

t.test('a client that does not read a large answer is cut, and the service with it', async (t) => {
  let cut = false
  const upstream = await recordingUpstream(t, (_request, response) => {
    response.once('close', () => {
      cut = true
    })
    response.end(LARGE)
  })
  const gateway = await startGateway(t, { upstream: upstream.url, manifests, env })
  const client = open(t, gateway, 'GET /open HTTP/1.1\r\nHost: x\r\n\r\n')
  client.socket.pause()
  t.match(await gateway.line(), { status: 200, error: 'GW_SLOW_CLIENT' })
  await until(() => cut, 'the service is rid of it')
})

t.test('a client that reads slowly but at the pace gets its whole answer', async (t) => {
  const upstream = await recordingUpstream(t, (_request, response) => response.end(LARGE))
  const gateway = await startGateway(t, { upstream: upstream.url, manifests, env })
  const socket = connect({ port: gateway.port, host: '127.0.0.1' })
  t.teardown(() => socket.destroy())
  socket.write('GET /open HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  let size = 0
  for await (const chunk of socket) {
    size += (chunk as Buffer).length
    if (size < 20_000_000) await new Promise((resolve) => setTimeout(resolve, 20))
  }
  t.ok(size > LARGE.length)
})

t.test('waiting for a slow service is not the fault of a client', async (t) => {
  const service = createServer((request, response) => {
    if (request.method === 'GET') {
      let sent = 0
      const timer = setInterval(() => (++sent > 6 ? response.end() : response.write('.')), 2_000)
      response.once('close', () => clearInterval(timer))
    } else setTimeout(() => request.resume().once('end', () => response.end()), 12_000)
  })
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve))
  t.teardown(() => service.close())
  const { port } = service.address() as { port: number }
  const gateway = await startGateway(t, { upstream: `http://127.0.0.1:${port}`, manifests, env })
  const get = open(t, gateway, 'GET /open HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  // More than the system takes for a service that does not read.
  const head = 'POST /open HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 8000000\r\n\r\n'
  const post = open(t, gateway, head + 'x'.repeat(8_000_000))
  await until(() => get.over && post.over, 'both are answered', 40_000)
  t.match(get.text, /^HTTP\/1\.1 200 [\s\S]*0\r\n\r\n$/)
  t.match(post.text, /^HTTP\/1\.1 200 /)
  t.notOk(gateway.log.some(({ error }) => error === 'GW_SLOW_CLIENT'))
})

t.test(
  'a connection that says nothing, or only a part of its headers, ends in the time for headers',
  async (t) => {
    const gateway = await startGateway(t, { env })
    const silent = open(t, gateway)
    const slow = open(t, gateway, 'GET /open HTTP/1.1\r\nHost: x\r\n')
    drip(slow.socket, 'X-A: b\r\n', 300)
    await until(() => silent.over && slow.over, 'both are closed', 30_000)
    t.match(slow.text, /^HTTP\/1\.1 408 /)
  },
)

t.test('MIN_BYTES_PER_SECOND=0 takes any pace', async (t) => {
  const gateway = await startGateway(t, { env: { ...env, MIN_BYTES_PER_SECOND: '0' } })
  const client = open(t, gateway, 'POST /open HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n')
  drip(client.socket, 'x', 1_000, 9)
  await new Promise((resolve) => setTimeout(resolve, 9_000))
  t.notOk(client.over)
})
