import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import { closeNow, listenForTest } from './listen.ts'
import type { TestScope } from './scope.ts'

/** What reached the upstream, exactly. */
export interface RecordedRequest {
  readonly method: string
  /** Path and query as they stood on the request line. */
  readonly url: string
  readonly headers: IncomingHttpHeaders
  /** Names and values in turn, as sent. */
  readonly rawHeaders: readonly string[]
  readonly body: Buffer
  /** The body as text. */
  readonly text: string
  /** The body as JSON; throws when it is not. */
  json(): unknown
}

export interface RecordingUpstream {
  readonly url: string
  readonly port: number
  /** Requests read to their end, oldest first. */
  readonly requests: readonly RecordedRequest[]
  /** The next request that arrives after this call. */
  next(): Promise<RecordedRequest>
  /** Stops at once and cuts what is open; the test's end does it too. */
  close(): Promise<void>
}

export type UpstreamHandler = (
  request: RecordedRequest,
  response: ServerResponse,
  raw: IncomingMessage,
) => unknown

const answerNothing: UpstreamHandler = (_request, response) => {
  response.setHeader('content-type', 'application/json')
  response.end('{}')
}

/** A real HTTP server that records what it saw and answers by `handler`: 200 `{}` without one. */
export async function recordingUpstream(
  t: TestScope,
  handler: UpstreamHandler = answerNothing,
): Promise<RecordingUpstream> {
  const requests: RecordedRequest[] = []
  let waiting: ((request: RecordedRequest) => void)[] = []
  const server = createServer(async (raw, response) => {
    const chunks: Buffer[] = []
    try {
      for await (const chunk of raw) chunks.push(chunk)
    } catch {
      return // The client left in the middle: there is no request to record.
    }
    const recorded = record(raw, Buffer.concat(chunks))
    requests.push(recorded)
    for (const tell of waiting) tell(recorded)
    waiting = []
    try {
      await handler(recorded, response, raw)
    } catch (error) {
      if (!response.headersSent) response.statusCode = 500
      response.end(`the test's upstream failed: ${error}`)
    }
  })
  const url = await listenForTest(t, server)
  return {
    url,
    port: Number(new URL(url).port),
    requests,
    next: () => new Promise((resolve) => waiting.push(resolve)),
    close: () => closeNow(server),
  }
}

function record(raw: IncomingMessage, body: Buffer): RecordedRequest {
  return {
    method: raw.method ?? '',
    url: raw.url ?? '',
    headers: raw.headers,
    rawHeaders: raw.rawHeaders,
    body,
    text: body.toString('utf8'),
    json: () => JSON.parse(body.toString('utf8')),
  }
}
