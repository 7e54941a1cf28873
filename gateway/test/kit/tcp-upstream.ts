import { createServer, type Socket } from 'node:net'
import type { TestScope } from '@stockgate/test-kit'

/** An upstream that answers each request with these bytes, whatever HTTP thinks of them, and then does `after`. */
export async function tcpUpstream(
  t: TestScope,
  bytes: string,
  after: (socket: Socket) => void = () => {},
): Promise<{ url: string; requests: string[] }> {
  const requests: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      requests.push(String(chunk))
      if (bytes === '') return after(socket)
      socket.write(bytes, 'latin1', () => after(socket))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const { port } = server.address() as { port: number }
  return { url: `http://127.0.0.1:${port}`, requests }
}
