import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2Stream, ServerHttp2Session } from 'node:http2'

/** What a request that came over HTTP/2 has besides. */
interface OverStream {
  readonly stream: Http2Stream
}

/** Whether a request came over HTTP/2: then its connection is not its own. A line of HTTP/1.1 may claim so, too. */
export function isHttp2(raw: { readonly httpVersionMajor: number }): boolean {
  return raw.httpVersionMajor === 2 && (raw as Partial<OverStream>).stream !== undefined
}

/** The HTTP/2 stream of a request. */
export function streamOf(raw: IncomingMessage): Http2Stream {
  return (raw as unknown as OverStream).stream
}

/** The HTTP/2 connection of a request; undefined when it is gone, or where it is HTTP/1.1. */
export function sessionOf(raw: IncomingMessage): ServerHttp2Session | undefined {
  return isHttp2(raw) ? (streamOf(raw).session as ServerHttp2Session | undefined) : undefined
}

/** Bytes sent on behalf of a response, where that can be told without its socket; undefined with HTTP/1.1. */
export function bytesOfStream(raw: ServerResponse): number | undefined {
  return (raw as { bytesOut?: number }).bytesOut
}
