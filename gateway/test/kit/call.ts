import { request as httpRequest, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http'
import { connect } from 'node:net'
import type { RecordedRequest, RecordingUpstream } from '@stockgate/test-kit'

export interface CallOptions {
  method?: string
  headers?: OutgoingHttpHeaders | readonly string[]
  body?: string | Buffer
}

export interface CallAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  /** The body as a JSON object; throws when it is not. */
  readonly json: Record<string, unknown>
}

/** One request on a connection of its own, its target sent exactly as given. */
export function call(url: string, target: string, options: CallOptions = {}): Promise<CallAnswer> {
  const { method = 'GET', headers = {}, body } = options
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url)
    const outgoing = httpRequest({ hostname, port, path: target, method, headers, agent: false } as object)
    outgoing.once('error', reject)
    outgoing.once('response', async (incoming) => {
      try {
        const chunks: Buffer[] = []
        for await (const chunk of incoming) chunks.push(chunk)
        resolve(answerOf(incoming.statusCode ?? 0, incoming.headers, Buffer.concat(chunks).toString('utf8')))
      } catch (error) {
        reject(error)
      }
    })
    outgoing.end(body)
  })
}

/** Writes bytes to a connection and gives all that came back once the other side closed it. */
export function exchange(port: number, bytes: string, { half = false } = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    const chunks: Buffer[] = []
    socket.on('data', (chunk: Buffer) => chunks.push(chunk))
    socket.once('error', reject)
    socket.once('close', () => resolve(Buffer.concat(chunks).toString('latin1')))
    socket.write(bytes, 'latin1', () => half && socket.end())
  })
}

/** The answers in a raw exchange, in order; each needs a Content-Length. */
export function answersIn(raw: string): CallAnswer[] {
  const answers: CallAnswer[] = []
  let rest = raw
  while (rest !== '') {
    const end = rest.indexOf('\r\n\r\n')
    const [statusLine = '', ...lines] = rest.slice(0, end).split('\r\n')
    const headers: IncomingHttpHeaders = {}
    for (const line of lines) {
      const colon = line.indexOf(':')
      headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim()
    }
    const from = end + 4
    const to = from + Number(headers['content-length'] ?? 0)
    answers.push(answerOf(Number(statusLine.split(' ')[1]), headers, rest.slice(from, to)))
    rest = rest.slice(to)
  }
  return answers
}

function answerOf(status: number, headers: IncomingHttpHeaders, text: string): CallAnswer {
  return {
    status,
    headers,
    text,
    get json() {
      return JSON.parse(text) as Record<string, unknown>
    },
  }
}

/** A minimal request as text, for what no client library would send. */
export function rawRequest(line: string, headers: readonly string[] = ['Host: x'], body = ''): string {
  return `${line} HTTP/1.1\r\n${[...headers, 'Connection: close'].join('\r\n')}\r\n\r\n${body}`
}

/** A request the upstream saw; throws when it did not come. */
export function seen(upstream: RecordingUpstream, index = 0): RecordedRequest {
  const request = upstream.requests[index]
  if (!request) throw new Error(`the upstream saw ${upstream.requests.length} requests`)
  return request
}
