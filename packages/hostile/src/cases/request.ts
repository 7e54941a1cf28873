import type { Arrival, Expected } from './draft.ts'
import { MARK } from './draft.ts'

export const HOST = 'api.test'

/** A request in its parts, before it is spoilt. */
export interface Request {
  method: string
  target: string
  version: string
  /** Whole header lines without their ends, as latin1. */
  lines: string[]
  body: Buffer
  /** How the length of the body is told; `none` where lines tell it, or nothing does. */
  framing: 'none' | 'length' | 'chunked'
  /** Sizes of the chunks; what is left goes in one. */
  chunks: number[]
}

/** A request with nothing in it but what every one needs. `at` is its place in the case. */
export function plain(method: string, target: string, at: number | string = 0): Request {
  const lines = [`Host: ${HOST}`, `X-Case: ${MARK}.${at}`]
  return { method, target, version: 'HTTP/1.1', lines, body: Buffer.alloc(0), framing: 'none', chunks: [] }
}

export function bytesOfRequest(request: Request): Buffer {
  const { method, target, version, lines, body, framing, chunks } = request
  const framed =
    framing === 'length'
      ? [`Content-Length: ${body.length}`]
      : framing === 'chunked'
        ? ['Transfer-Encoding: chunked']
        : []
  const head = [`${method} ${target} ${version}`, ...lines, ...framed, '', ''].join('\r\n')
  return Buffer.concat([Buffer.from(head, 'latin1'), framing === 'chunked' ? inChunks(body, chunks) : body])
}

export function inChunks(body: Buffer, sizes: readonly number[]): Buffer {
  const parts: Buffer[] = []
  let at = 0
  for (const size of [...sizes, body.length]) {
    const part = body.subarray(at, at + size)
    if (part.length === 0) continue
    parts.push(Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n'))
    at += part.length
  }
  return Buffer.concat([...parts, Buffer.from('0\r\n\r\n')])
}

/** What has to arrive of a request nobody spoilt. */
export function passing(request: Request, more: Partial<Arrival> = {}): Expected {
  const { method, target, body } = request
  return { verdict: 'pass', arrival: { method, target, body, ...more } }
}

export const refused = (...statuses: number[]): Expected =>
  statuses.length === 0 ? { verdict: 'refuse' } : { verdict: 'refuse', statuses }

export const EITHER: Expected = { verdict: 'either' }
