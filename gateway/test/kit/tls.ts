import type { RequestListener } from 'node:http'
import { createServer, type ServerOptions } from 'node:https'
import type { TestScope } from '@stockgate/test-kit'
import { createSelfSigned } from './authority.ts'

export interface TlsUpstream {
  readonly url: string
  readonly port: number
  /** The server names clients asked for, one for each connection; empty where there was none. */
  readonly names: string[]
}

/** An HTTPS server on a free port of 127.0.0.1 that ends with the test. */
export async function tlsUpstream(
  t: TestScope,
  options: ServerOptions,
  listener: RequestListener = (_request, response) => response.end('trusted'),
): Promise<TlsUpstream> {
  const names: string[] = []
  const server = createServer(options, listener)
  server.on('secureConnection', ({ servername }) => names.push(servername || ''))
  server.on('tlsClientError', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as { port: number }
  return { url: `https://127.0.0.1:${port}`, port, names }
}

/** An HTTPS server with a certificate that no authority signed. Gives its URL. */
export async function selfSigned(t: TestScope): Promise<string> {
  return (await tlsUpstream(t, createSelfSigned(t, ['127.0.0.1']))).url
}
