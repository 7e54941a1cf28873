import {
  type ClientHttp2Session,
  type ClientSessionOptions,
  connect,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type SecureClientSessionOptions,
} from 'node:http2'
import type { TestScope } from '@stockgate/test-kit'
import type { Authority, Leaf } from './authority.ts'

export interface StreamAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  /** The code the stream was closed with: 0 where it came to its end. */
  readonly code: number
  readonly json: Record<string, unknown>
}

export interface StreamCall {
  headers?: OutgoingHttpHeaders
  body?: string | Buffer
  method?: string
}

export interface Http2Client {
  readonly session: ClientHttp2Session
  call(path: string, options?: StreamCall): Promise<StreamAnswer>
}

/** The host tests name; its certificate is `localhost`. */
export const AUTHORITY = 'localhost'

/** A connection of HTTP/2 to a gateway that ends with the test. */
export async function http2Client(
  t: TestScope,
  { port }: { port: number },
  authority: Authority,
  options: { client?: Leaf; session?: ClientSessionOptions; tls?: SecureClientSessionOptions } = {},
): Promise<Http2Client> {
  const { client } = options
  const session = connect(`https://${AUTHORITY}:${port}`, {
    ca: authority.cert,
    lookup: (_name, _options, done) => done(null, [{ address: '127.0.0.1', family: 4 }]),
    ...(client && { cert: client.cert, key: client.key }),
    ...options.session,
    ...options.tls,
  } as SecureClientSessionOptions)
  t.teardown(() => session.destroy())
  session.on('error', () => {})
  await new Promise<void>((resolve, reject) => {
    session.once('connect', () => resolve())
    session.once('error', reject)
  })
  return { session, call: (path, call) => callOver(session, path, call) }
}

/** One request on a connection. Rejects where the stream is reset before an answer has begun. */
export function callOver(
  session: ClientHttp2Session,
  path: string,
  { headers = {}, body, method = 'GET' }: StreamCall = {},
): Promise<StreamAnswer> {
  return new Promise((resolve, reject) => {
    const stream = session.request(
      { ':method': method, ':path': path, ...headers },
      { endStream: body === undefined },
    )
    const chunks: Buffer[] = []
    let answer: IncomingHttpHeaders | undefined
    let failure: Error | undefined
    stream.once('response', (given) => {
      answer = given
    })
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.on('error', (error) => {
      failure = error
    })
    stream.once('close', () => {
      if (answer === undefined) return reject(failure ?? new Error(`closed with ${stream.rstCode}`))
      const text = Buffer.concat(chunks).toString('utf8')
      resolve({
        status: Number((answer as { ':status'?: number })[':status']),
        headers: answer,
        text,
        code: stream.rstCode ?? 0,
        get json() {
          return JSON.parse(text)
        },
      })
    })
    if (body !== undefined) stream.end(body)
  })
}
