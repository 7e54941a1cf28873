import { createServer } from 'node:net'

/**
 * A loopback port that nobody listens on now. Somebody may take it before you do: whoever can listen on port 0
 * should do that, this is for programs that cannot.
 */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
