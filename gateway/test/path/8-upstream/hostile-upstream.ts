import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { createServer, type Socket } from 'node:net'
import type { TestScope } from '@stockgate/test-kit'
import type { TestGateway } from '../../kit/gateway.ts'

/** What a hostile service does with one request: bytes to send, or whatever it likes with the connection. */
export type Deed = string | Buffer | ((socket: Socket, target: string) => void)

export interface HostileUpstream {
  readonly url: string
  /** Request lines, in the order they came. */
  readonly seen: string[]
  /** Connections that are open now. */
  open(): number
}

/**
 * A service that answers `?good=<word>` with that word, as it should, and `?deed=<name>` as the deed says. Bodies of
 * requests are read and ignored.
 */
export async function hostileUpstream(
  t: TestScope,
  deeds: Readonly<Record<string, Deed>>,
): Promise<HostileUpstream> {
  const seen: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    socket.on('error', () => {})
    let pending = ''
    socket.on('data', (chunk) => {
      pending += chunk.toString('latin1')
      for (let end = pending.indexOf('\r\n\r\n'); end !== -1; end = pending.indexOf('\r\n\r\n')) {
        const [line = ''] = pending.split('\r\n', 1)
        pending = pending.slice(end + 4)
        if (!line.endsWith('HTTP/1.1')) continue
        seen.push(line)
        const target = line.split(' ')[1] ?? ''
        const query = new URLSearchParams(target.split('?')[1])
        const good = query.get('good')
        if (good !== null)
          socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${good.length}\r\nX-Word: ${good}\r\n\r\n${good}`)
        else act(socket, target, deeds[query.get('deed') ?? ''])
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const { port } = server.address() as { port: number }
  return { url: `http://127.0.0.1:${port}`, seen, open: () => sockets.size }
}

function act(socket: Socket, target: string, deed: Deed | undefined): void {
  if (typeof deed === 'function') deed(socket, target)
  else if (deed !== undefined) socket.write(typeof deed === 'string' ? Buffer.from(deed, 'latin1') : deed)
}

export interface Outcome {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  /** True where the answer began and the connection was cut within it. */
  readonly cut: boolean
}

export interface Client {
  ask(target: string, options?: { method?: string; body?: string }): Promise<Outcome>
  close(): void
}

/** A client that keeps one connection for all it asks, as long as the gateway does. */
export function clientOf({ port }: Pick<TestGateway, 'port'>): Client {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  return {
    ask: (path, { method = 'GET', body } = {}) =>
      new Promise((resolve, reject) => {
        const outgoing = httpRequest({ port, host: '127.0.0.1', path, method, agent }, (incoming) => {
          const chunks: Buffer[] = []
          const end = (cut: boolean) => () =>
            resolve({
              status: incoming.statusCode ?? 0,
              headers: incoming.headers,
              text: Buffer.concat(chunks).toString('latin1'),
              cut,
            })
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
          incoming.once('end', end(false)).once('error', end(true))
        })
        outgoing.once('error', reject)
        outgoing.end(body)
      }),
    close: () => agent.destroy(),
  }
}
