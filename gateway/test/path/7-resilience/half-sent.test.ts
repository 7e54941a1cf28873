import { createServer, type Server } from 'node:http'
import { connect, type Socket } from 'node:net'
import { recordingUpstream, type TestScope } from '@stockgate/test-kit'
import t from 'tap'
import { call } from '../../kit/call.ts'
import { startGateway, until } from '../../kit/gateway.ts'

const PLACES = 4
const env = { SERVICE_CONCURRENCY: String(PLACES), UPSTREAM_CONNECTIONS: String(PLACES) }
const manifests = [
  {
    service: 'shop',
    routes: [
      { path: '/open', methods: ['GET', 'POST'], auth: 'public' },
      { path: '/large', methods: ['POST'], auth: 'public', bodyLimit: 8_000_000 },
    ],
  },
]

/** Opens a connection, sends this much of a request and no more. */
async function begin(t: TestScope, port: number, head: string, body: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {}).resume()
  t.teardown(() => socket.destroy())
  await new Promise<void>((resolve) => socket.write(`${head}\r\nHost: x\r\n\r\n${body}`, () => resolve()))
  return socket
}

async function listening(t: TestScope, server: Server): Promise<{ port: number }> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return server.address() as { port: number }
}

const chunk = (size: number): string => `${size.toString(16)}\r\n${'x'.repeat(size)}\r\n`

const halves: Record<string, readonly [head: string, body: string]> = {
  'small and announced': ['POST /open HTTP/1.1\r\nContent-Length: 100', 'half'],
  'large and announced': ['POST /open HTTP/1.1\r\nContent-Length: 1000000', 'x'.repeat(200_000)],
  'small and chunked': ['POST /open HTTP/1.1\r\nTransfer-Encoding: chunked', chunk(3)],
  'large and chunked': ['POST /open HTTP/1.1\r\nTransfer-Encoding: chunked', chunk(200_000)],
  'nothing of a large one': ['POST /large HTTP/1.1\r\nContent-Length: 8000000', ''],
}

for (const [what, [head, body]] of Object.entries(halves)) {
  t.test(`half-sent bodies hold no place of their service: ${what}`, async (t) => {
    const upstream = await recordingUpstream(t)
    const gateway = await startGateway(t, { upstream: upstream.url, env, manifests })
    for (let n = 0; n < 5 * PLACES; n++) await begin(t, gateway.port, head, body)
    for (let n = 0; n < 3 * PLACES; n++) t.equal((await call(gateway.url, '/open')).status, 200)
    t.equal(upstream.requests.length, 3 * PLACES, 'and their service hears nothing of them')
  })
}

t.test(
  'bodies too large to be taken in first hold half of the places at most; more of them are told 503',
  async (t) => {
    const upstream = await recordingUpstream(t)
    const gateway = await startGateway(t, { upstream: upstream.url, env, manifests })
    const head = 'POST /large HTTP/1.1\r\nContent-Length: 8000000'
    for (let n = 0; n < 5 * PLACES; n++) await begin(t, gateway.port, head, 'x'.repeat(1_200_000))
    const refused = 5 * PLACES - PLACES / 2
    const line = await gateway.line(refused)
    t.match(line, { status: 503, error: 'GW_BULKHEAD', route: '/large' })
    for (let n = 0; n < 3 * PLACES; n++) t.equal((await call(gateway.url, '/open')).status, 200)
  },
)

t.test('a place that a large body held is free again when its client has left', async (t) => {
  let begun = 0
  const service = createServer((request, response) => {
    begun++
    request.on('error', () => {})
    request.resume().once('end', () => response.end())
  })
  const { port } = await listening(t, service)
  const gateway = await startGateway(t, { upstream: `http://127.0.0.1:${port}`, env, manifests })
  const head = 'POST /large HTTP/1.1\r\nContent-Length: 8000000'
  for (let round = 1; round <= 3; round++) {
    const clients = await Promise.all(
      Array.from({ length: PLACES / 2 }, () => begin(t, gateway.port, head, 'x'.repeat(1_200_000))),
    )
    await until(() => begun === round * clients.length, 'the service is called')
    for (const client of clients) client.destroy()
    t.match(await gateway.line(round * clients.length), { status: 499 })
  }
  const whole = await call(gateway.url, '/large', { method: 'POST', body: 'x'.repeat(2_000_000) })
  t.equal(whole.status, 200)
})
