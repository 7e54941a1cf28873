import { Agent, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { createTestIssuer, recordingUpstream, type TestScope } from '@stockgate/test-kit'
import t from 'tap'
import { call } from '../../kit/call.ts'
import { startGateway, until } from '../../kit/gateway.ts'
import { runGateway, standAlone } from '../../kit/process.ts'

const env = { CONNECTIONS: '10' }

interface Client {
  readonly socket: Socket
  text: string
  over: boolean
}

function open(t: TestScope, port: number, first = ''): Promise<Client> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const client: Client = { socket, text: '', over: false }
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      client.text += chunk
    })
    socket.once('close', () => {
      client.over = true
    })
    t.teardown(() => socket.destroy())
    socket.once('connect', () => socket.write(first, () => resolve(client)))
  })
}

/** How many are still connected once the gateway has seen all of them. */
const left = (clients: readonly Client[]): number => clients.filter(({ over }) => !over).length

t.test('silent connections over the most make room for new ones, the oldest first', async (t) => {
  const gateway = await startGateway(t, { env })
  const clients: Client[] = []
  for (let n = 0; n < 40; n++) clients.push(await open(t, gateway.port))
  await until(() => left(clients) === 10, 'ten are left')
  t.same(
    clients.map(({ over }) => over),
    clients.map((_client, index) => index < 30),
  )
  t.equal((await call(gateway.url, '/livez')).status, 200)
  t.ok(gateway.log.some(({ msg }) => String(msg).startsWith('connections are at their most')))
})

t.test('a connection kept alive makes room only after those that were idle for longer', async (t) => {
  const gateway = await startGateway(t, { env })
  const silent = await open(t, gateway.port)
  const used = await open(t, gateway.port)
  const rest: Client[] = []
  for (let n = 0; n < 8; n++) rest.push(await open(t, gateway.port))
  used.socket.write('GET /livez HTTP/1.1\r\nHost: x\r\n\r\n')
  await gateway.line()
  for (let n = 0; n < 9; n++) await open(t, gateway.port)
  await until(() => silent.over && left(rest) === 0, 'all that were idle for longer are closed')
  t.notOk(used.over)
})

t.test('connections with a request under way stay; when all have one, the newest is refused', async (t) => {
  const releases: (() => void)[] = []
  const upstream = await recordingUpstream(t, (_request, response) => {
    releases.push(() => response.end('done'))
  })
  const gateway = await startGateway(t, { upstream: upstream.url, env })
  const busy: Client[] = []
  for (let n = 0; n < 10; n++)
    busy.push(await open(t, gateway.port, 'GET /open HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'))
  await until(() => releases.length === 10, 'all are at the service')
  const refused = await open(t, gateway.port, 'GET /livez HTTP/1.1\r\nHost: x\r\n\r\n')
  await until(() => refused.over, 'the eleventh is closed at once')
  t.equal(left(busy), 10)
  for (const release of releases) release()
  await until(() => left(busy) === 0, 'all have their answer')
  t.ok(busy.every(({ text }) => text.endsWith('done')))
  t.equal((await call(gateway.url, '/livez')).status, 200, 'and there is room again')
})

t.test('clients that keep connections alive are served while a thousand others only connect', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url, env: { CONNECTIONS: '50' } })
  const agent = new Agent({ keepAlive: true, maxSockets: 4 })
  t.teardown(() => agent.destroy())
  const get = () =>
    new Promise<number>((resolve, reject) => {
      const sent = request(`${gateway.url}/open`, { agent }, (response) =>
        response.resume().once('end', () => resolve(response.statusCode ?? 0)),
      )
      sent.once('error', reject).end()
    })
  for (let n = 0; n < 1_000; n++) {
    await open(t, gateway.port, n % 2 === 0 ? '' : 'GET /open HTTP/1.1\r\nHost: x\r\n')
    if (n % 5 === 0) t.equal(await get(), 200)
  }
})

t.test(
  'the limit of open files is never met: idle connections make room before, and calls still find a service',
  async (t) => {
    const issuer = await createTestIssuer(t)
    const upstream = await recordingUpstream(t)
    const gateway = runGateway(t, standAlone(t, issuer, upstream.url), { openFiles: 120 })
    const { url } = await gateway.ready()
    const port = Number(new URL(url).port)
    const clients: Client[] = []
    for (let n = 0; n < 300; n++) clients.push(await open(t, port))
    await until(() => left(clients) <= 60, 'three quarters of the files are for clients')
    for (let n = 0; n < 20; n++) t.equal((await call(url, '/livez')).status, 200)
    t.equal((await call(url, '/open')).status, 200)
    t.equal(gateway.child.exitCode, null)
    t.ok(gateway.lines().some(({ msg }) => String(msg).startsWith('the limit of open files')))
  },
)
