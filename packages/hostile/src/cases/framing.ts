import type { Credentials } from '../site/credentials.ts'
import { type Draft, type Expected, MARK, type Pause } from './draft.ts'
import type { Draw } from './draw.ts'
import { segment, someBody } from './good.ts'
import { bytesOfRequest, EITHER, HOST, passing, plain, type Request, refused } from './request.ts'

export type Framed = Pick<Draft, 'bytes' | 'expected'> & Partial<Draft>

/** A refusal after which nobody knows where the next request would begin. */
export const LOST: Expected = { ...refused(400, 411, 413, 431, 501), closes: true }

/** A request of its own that hides in something else. Should a service see it, it was smuggled. */
export function hidden(draw: Draw): string {
  const target = `/open/${draw.one(['hidden', segment(draw)])}`
  return `${draw.one(['GET', 'POST'])} ${target} HTTP/1.1\r\nHost: ${HOST}\r\nX-Case: ${MARK}.hidden\r\nContent-Length: 0\r\n\r\n`
}

/** A POST with these bytes behind its head, its framing told by these lines alone. */
export function posting(
  draw: Draw,
  credentials: Credentials,
  body: Buffer | string,
  lines: readonly string[],
): Request {
  const request = plain('POST', draw.one(['/open', `/open/${segment(draw)}`, '/things']))
  if (request.target === '/things') request.lines.push(`Authorization: Bearer ${credentials.good(draw)}`)
  for (const line of lines) request.lines.splice(draw.upTo(request.lines.length), 0, line)
  request.body = Buffer.isBuffer(body) ? body : Buffer.from(body, 'latin1')
  return request
}

export const raw = (request: Request, ...expected: Expected[]): Framed => ({
  bytes: bytesOfRequest(request),
  expected,
})

type Trick = (draw: Draw, credentials: Credentials) => Framed

export const FRAMINGS: Readonly<Record<string, Trick>> = {
  'two lengths of a kind': (draw, credentials) => {
    const inner = hidden(draw)
    const chunked = `${draw.one(['0\r\n\r\n', `5\r\nhello\r\n0\r\n\r\n`])}${inner}`
    const coding = draw.one([
      'chunked',
      'Chunked',
      ' chunked',
      'chunked ',
      '\tchunked',
      'chunked, identity',
      'identity, chunked',
      'identity',
      'xchunked',
      'chunked;x',
      '"chunked"',
      '',
      'x',
      'gzip, chunked',
      'chunked, chunked',
      'chunk',
      'chunked\t',
      ', chunked',
      'chunked,',
    ])
    const lines = [
      `Content-Length: ${draw.one([chunked.length, 5, 4, 0, 6])}`,
      `Transfer-Encoding: ${coding}`,
    ]
    return raw(posting(draw, credentials, chunked, draw.chance(50) ? lines : lines.reverse()), LOST)
  },
  'a coding that is not chunked': (draw, credentials) => {
    const lines = draw.one([
      ['Transfer-Encoding: identity'],
      ['Transfer-Encoding: gzip'],
      ['Transfer-Encoding: xchunked'],
      ['Transfer-Encoding: chunked, identity'],
      ['Transfer-Encoding: gzip, chunked'],
      ['Transfer-Encoding: chunked, chunked'],
      ['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'],
      ['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'],
      ['Transfer-Encoding: identity', 'Transfer-Encoding: chunked'],
      ['Transfer-Encoding : chunked'],
      ['Transfer-Encoding\t: chunked'],
      ['Transfer-Encoding:\x0bchunked'],
      ['Transfer-Encoding: \x00chunked'],
      ['Transfer-Encoding: chunked;q=1'],
      ['Transfer-Encoding: "chunked"'],
      ['Transfer-Encoding: '],
      ['X-Note: a\r\n Transfer-Encoding: chunked'],
      ['Transfer-Encoding:\r\n chunked'],
    ])
    return raw(posting(draw, credentials, `5\r\nhello\r\n0\r\n\r\n${hidden(draw)}`, lines), LOST)
  },
  'a length that is none': (draw, credentials) => {
    const value = draw.one([
      '+5',
      '-5',
      '-0',
      '5,5',
      '5, 5',
      '5 5',
      '0x5',
      '5.0',
      '5e0',
      '',
      ' ',
      'x',
      '5x',
      '18446744073709551616',
      '99999999999999999999999',
      '5;5',
      '"5"',
      '\x005',
      '5\x00',
      '٥',
      '5\x0b',
      '1_0',
    ])
    return raw(
      posting(draw, credentials, `hello${hidden(draw)}`, [
        `Content-Length: ${Buffer.from(value).toString('latin1')}`,
      ]),
      LOST,
    )
  },
  'several lengths': (draw, credentials) => {
    const [one, other] = draw.one([
      ['5', '5'],
      ['5', '6'],
      ['0', '5'],
      ['5', '0'],
      ['5', ''],
      ['5', '05'],
    ])
    const name = draw.one(['Content-Length', 'content-length', 'CONTENT-LENGTH'])
    return raw(
      posting(draw, credentials, `hello${hidden(draw)}`, [`Content-Length: ${one}`, `${name}: ${other}`]),
      LOST,
    )
  },
  'a length under a spoilt name': (draw, credentials) => {
    const line = draw.one([
      'Content-Length : 5',
      'Content-Length\t: 5',
      'Content Length: 5',
      'Content-Length\x00: 5',
      '\x0bContent-Length: 5',
      'X-Note: a\r\n Content-Length: 5',
      'Content-Length:\r\n 5',
      'Content-Length',
      'Content-Length 5',
      'Content-Length=5',
    ])
    return raw(posting(draw, credentials, `hello${hidden(draw)}`, [line]), LOST)
  },
  'a length that counts on': (draw, credentials) => {
    // Leading zeros are within the grammar; a service must then see them without.
    const body = someBody(draw)
    const request = posting(draw, credentials, body, [
      `Content-Length: ${'0'.repeat(1 + draw.upTo(4))}${body.length}`,
    ])
    return raw(request, EITHER)
  },
  'an underscore in a length': (draw, credentials) => {
    const request = posting(draw, credentials, '', [
      draw.one([
        `Content_Length: 5`,
        'Transfer_Encoding: chunked',
        'Content_Length: 5\r\nTransfer_Encoding: chunked',
      ]),
    ])
    return raw(request, passing(request))
  },
  'a request within a body': (draw, credentials) => {
    const inner = Buffer.from(hidden(draw).repeat(1 + draw.upTo(2)), 'latin1')
    const request = posting(draw, credentials, inner, [])
    request.framing = draw.chance(50) ? 'chunked' : 'length'
    request.chunks = [draw.upTo(20) + 1, draw.upTo(60) + 1]
    return raw(request, passing(request))
  },
  'a body on a method without': (draw, credentials) => {
    const request = plain(draw.one(['GET', 'DELETE']), `/things/${segment(draw)}`)
    request.lines.push(`Authorization: Bearer ${credentials.good(draw)}`)
    request.body = Buffer.from(hidden(draw), 'latin1')
    request.framing = draw.chance(50) ? 'chunked' : 'length'
    return raw(request, EITHER)
  },
}

/** Some places to split bytes at, odd ones first. */
export function places(draw: Draw, length: number): Pause[] {
  if (draw.chance(40)) return []
  return Array.from({ length: 1 + draw.upTo(4) }, () => 1 + draw.upTo(Math.max(0, length - 2)))
    .sort((one, other) => one - other)
    .map((at) => ({ at, until: draw.chance(85) ? 'turn' : 'moment' }))
}
