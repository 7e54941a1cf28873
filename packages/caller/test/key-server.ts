import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { JSONWebKeySet } from 'jose'

export interface KeyServer {
  readonly url: URL
  /** What is answered, and how often that was asked for. */
  status: number
  body: string
  fetches: number
}

/** Serves a key set, or whatever a test wants in its place, until the test ends. */
export async function keyServer(
  t: { teardown(end: () => unknown): unknown },
  set: JSONWebKeySet,
): Promise<KeyServer> {
  const state = { status: 200, body: JSON.stringify(set), fetches: 0 }
  const server = createServer((_request, response) => {
    state.fetches++
    response.writeHead(state.status, { location: 'http://127.0.0.1:1/', connection: 'close' })
    response.end(state.body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.close()
    server.closeAllConnections()
  })
  const { port } = server.address() as AddressInfo
  return Object.assign(state, { url: new URL(`http://127.0.0.1:${port}/jwks.json`) })
}
