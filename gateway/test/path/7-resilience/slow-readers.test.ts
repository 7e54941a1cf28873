import { connect, type Socket } from 'node:net'
import { recordingUpstream, type TestScope } from '@stockgate/test-kit'
import t from 'tap'
import { call, rawRequest } from '../../kit/call.ts'
import { startGateway, until } from '../../kit/gateway.ts'

const PLACES = 2
const env = { SERVICE_CONCURRENCY: String(PLACES), UPSTREAM_CONNECTIONS: String(PLACES) }

/** Asks and reads nothing of the answer. */
function askAndWait(t: TestScope, port: number, line: string): Socket {
  const socket = connect({ port, host: '127.0.0.1' })
  socket.on('error', () => {}).pause()
  t.teardown(() => socket.destroy())
  socket.write(rawRequest(line))
  return socket
}

t.test('clients that read nothing of their answers hold no place of the service', async (t) => {
  const answer = Buffer.alloc(1_000_000, 'x')
  let sent = 0
  const upstream = await recordingUpstream(t, ({ url }, response) => {
    if (!url.endsWith('?large')) return response.end('small')
    response.once('finish', () => sent++)
    response.end(answer)
  })
  const gateway = await startGateway(t, {
    upstream: upstream.url,
    env: { ...env, MIN_BYTES_PER_SECOND: '0' },
  })
  const done = () => gateway.log.filter(({ verdict }) => verdict === 'public').length
  const held = () => sent - done()

  /** The system takes megabytes for a client: only what comes after them waits in the gateway. */
  async function stall(): Promise<Socket> {
    const before = held()
    const stalled = async () => {
      // Not just on its way: it is held a good while later, too.
      for (let n = 0; n < 5; n++) {
        await new Promise((resolve) => setTimeout(resolve, 20))
        if (held() <= before) return false
      }
      return true
    }
    const socket = connect({ port: gateway.port, host: '127.0.0.1' })
    socket.on('error', () => {}).pause()
    t.teardown(() => socket.destroy())
    for (let n = 0; n < 60; n++) {
      const already = sent
      socket.write('GET /open?large HTTP/1.1\r\nHost: x\r\n\r\n')
      await until(() => sent > already, 'the service has sent an answer whole')
      if (await stalled()) break
    }
    return socket
  }
  const readers: Socket[] = []
  for (let n = 0; n < 2 * PLACES; n++) readers.push(await stall())
  t.equal(held(), 2 * PLACES, 'more answers wait for their clients than the service has places')
  for (let n = 0; n < 3 * PLACES; n++) t.equal((await call(gateway.url, '/open')).text, 'small')
  t.notOk(gateway.log.some(({ error }) => error !== null))
  // Whoever reads after all gets every byte.
  for (const reader of readers) reader.resume()
  await until(() => done() === sent + 3 * PLACES, 'every answer has reached its client')
})

t.test(
  'an answer that is cut by the service while its client is slow is cut for the client too',
  async (t) => {
    const upstream = await recordingUpstream(t, (_request, response) => {
      response.writeHead(200, { 'content-length': '2000000' })
      response.write(Buffer.alloc(500_000, 'x'), () => response.destroy())
    })
    const gateway = await startGateway(t, { upstream: upstream.url, env })
    const reader = askAndWait(t, gateway.port, 'GET /open')
    t.match(await gateway.line(), { status: 200, error: 'GW_UPSTREAM_CUT' })
    let size = 0
    await new Promise<void>((resolve) => {
      reader.on('data', (chunk: Buffer) => {
        size += chunk.length
      })
      reader.once('close', () => resolve())
      reader.resume()
    })
    t.ok(size < 600_000)
  },
)

t.test('a client that leaves in the middle of a large answer frees the place', async (t) => {
  const upstream = await recordingUpstream(t, ({ url }, response) => {
    if (url.endsWith('?large')) response.end(Buffer.alloc(40_000_000))
    else response.end('small')
  })
  const gateway = await startGateway(t, { upstream: upstream.url, env })
  for (let round = 1; round <= 3; round++) {
    const readers = Array.from({ length: PLACES }, () => askAndWait(t, gateway.port, 'GET /open?large'))
    await until(() => upstream.requests.length === round * (PLACES + 1) - 1, 'both are at the service')
    for (const reader of readers) reader.destroy()
    await gateway.line(round * (PLACES + 1) - 1)
    t.equal((await call(gateway.url, '/open')).text, 'small')
    await gateway.line(round * (PLACES + 1))
  }
})

t.test('where slow readers of large answers fill a service, they make room for others', async (t) => {
  const large = Buffer.alloc(40_000_000)
  const upstream = await recordingUpstream(t, ({ url }, response) =>
    response.end(url.endsWith('?large') ? large : 'small'),
  )
  const gateway = await startGateway(t, { upstream: upstream.url, env })
  for (let n = 0; n < PLACES; n++) askAndWait(t, gateway.port, 'GET /open?large')
  await until(() => upstream.requests.length === PLACES, 'they hold every place')
  let status = 0
  for (let n = 0; n < 200 && status !== 200; n++) {
    status = (await call(gateway.url, '/open')).status
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  t.equal(status, 200)
  t.ok(gateway.log.some(({ error, status }) => error === 'GW_SLOW_CLIENT' && status === 200))
})
