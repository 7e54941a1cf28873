import { connect, createServer, type Socket } from 'node:net'
import type { TestScope } from '@stockgate/test-kit'
import t from 'tap'
import { answersIn, call } from '../../kit/call.ts'
import { startGateway, type TestGateway } from '../../kit/gateway.ts'

const SIZE = 8_000_000
const said = '{"title":"Too much","status":413}'
const answer = (status: string, length = said.length) =>
  `HTTP/1.1 ${status}\r\nContent-Type: application/problem+json\r\nContent-Length: ${length}\r\n\r\n${said}`

/** A service that acts as soon as the first bytes of a request are there. */
async function hasty(t: TestScope, act: (socket: Socket) => void): Promise<TestGateway> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.once('data', (chunk) => {
      if (String(chunk).includes('GET ')) socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
      else act(socket)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const { port } = server.address() as { port: number }
  return startGateway(t, { upstream: `http://127.0.0.1:${port}`, env: { BODY_LIMIT: String(SIZE) } })
}

/** Sends a large body as fast as it goes, and gives all that came back. */
function upload({ port }: TestGateway): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const chunk = Buffer.alloc(40_000)
    let got = ''
    let left = SIZE
    socket.setEncoding('latin1').on('data', (text) => {
      got += text
    })
    socket.on('error', () => {})
    socket.once('close', () => resolve(got))
    socket.write(`POST /open HTTP/1.1\r\nHost: api.test\r\nContent-Length: ${SIZE}\r\n\r\n`)
    const more = (): void => {
      while (left > 0 && !socket.destroyed) {
        left -= chunk.length
        if (!socket.write(chunk)) {
          socket.once('drain', more)
          return
        }
      }
      socket.end()
    }
    more()
  })
}

const ways: Record<string, (socket: Socket, bytes: string) => void> = {
  'goes on reading': (socket, bytes) => socket.write(bytes),
  'closes in order': (socket, bytes) => socket.end(bytes),
  'closes at once': (socket, bytes) => socket.end(bytes, () => socket.destroy()),
  'closes without having read on': (socket, bytes) => socket.pause().end(bytes, () => socket.destroy()),
  'resets the connection': (socket, bytes) => socket.write(bytes, () => socket.resetAndDestroy()),
}

for (const [way, act] of Object.entries(ways))
  t.test(`a whole answer before the end of a large body arrives when the service then ${way}`, async (t) => {
    const gateway = await hasty(t, (socket) => act(socket, answer('413 Too Large')))
    for (let round = 1; round <= 5; round++) {
      const [first, ...rest] = answersIn(await upload(gateway))
      t.same([first?.status, first?.text, rest.length], [413, said, 0])
      t.equal(first?.headers.connection, 'close', 'the rest of the body is nobody else’s request')
      t.match(await gateway.line(round), { status: 413, error: null })
    }
    t.equal((await call(gateway.url, '/open')).text, 'ok')
  })

t.test(
  'a reset before the end of a large body, without a whole answer, is a 502 or a cut answer',
  async (t) => {
    for (const [bytes, error] of [
      ['', /^GW_UPSTREAM_RESET$/],
      ['HTTP/1.1 413 Too', /^GW_UPSTREAM_(?:RESET|PROTOCOL)$/],
      [answer('413 Too Large', 1_000), /^GW_UPSTREAM_CUT$/],
    ] as const) {
      const gateway = await hasty(t, (socket) =>
        bytes === '' ? socket.resetAndDestroy() : socket.write(bytes, () => socket.resetAndDestroy()),
      )
      const raw = await upload(gateway)
      if (raw.includes('413'))
        t.notOk(raw.endsWith(said) && raw.includes('content-length: 33'), 'not as if whole')
      else t.equal(answersIn(raw)[0]?.status, 502)
      t.match(String((await gateway.line()).error), error)
      t.equal((await call(gateway.url, '/open')).text, 'ok')
    }
  },
)
