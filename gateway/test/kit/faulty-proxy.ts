import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { TestScope } from '@stockgate/test-kit'

export interface FaultyProxy {
  readonly port: number
  /** From now on every byte, in both directions, takes so much longer; 0 is no delay. */
  delay(milliseconds: number): void
  /** From now on bytes vanish: connections are taken and stay open, and nothing comes through. */
  swallow(yes: boolean): void
}

/** A wire to a server on this machine that can be made bad. Bytes that vanished do not come back. */
export async function faultyProxy(t: TestScope, target: () => number): Promise<FaultyProxy> {
  const state = { delay: 0, swallowing: false }
  const sockets = new Set<Socket>()
  const join = (from: Socket, to: Socket) => {
    let behind: Promise<void> = Promise.resolve()
    from.on('data', (bytes: Buffer) => {
      if (state.swallowing) return
      const { delay } = state
      const sent = Date.now()
      // In order, each one so long after it came.
      behind = behind.then(
        () =>
          new Promise((done) => {
            const pass = () => {
              if (!state.swallowing && to.writable) to.write(bytes)
              done()
            }
            const left = sent + delay - Date.now()
            if (left > 0) setTimeout(pass, left)
            else pass()
          }),
      )
    })
    from.on('close', () => void behind.then(() => to.destroy()))
    from.on('error', () => {})
  }
  const server = createServer((client) => {
    const upstream = connect(target(), '127.0.0.1')
    client.setNoDelay(true)
    upstream.setNoDelay(true)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('close', () => sockets.delete(socket))
    }
    join(client, upstream)
    join(upstream, client)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return {
    port: (server.address() as AddressInfo).port,
    delay: (milliseconds) => {
      state.delay = milliseconds
    },
    swallow: (yes) => {
      state.swallowing = yes
    },
  }
}
