import type { Credentials } from '../site/credentials.ts'
import { CANARY, type Expected } from './draft.ts'
import type { Draw } from './draw.ts'
import { type Framed, hidden, LOST, raw } from './framing.ts'
import { segment } from './good.ts'
import { EITHER, passing, plain } from './request.ts'

function chunked(draw: Draw, credentials: Credentials, body: string, expected?: Expected): Framed {
  const request = plain('POST', draw.one(['/open', `/open/${segment(draw)}`, '/things']))
  if (request.target === '/things') request.lines.push(`Authorization: Bearer ${credentials.good(draw)}`)
  request.lines.push(`Transfer-Encoding: ${draw.one(['chunked', 'chunked', 'chunked '])}`)
  request.body = Buffer.from(body, 'latin1')
  return raw(request, expected ?? passing({ ...request, body: Buffer.from('hello') }))
}

/** How the chunks of a body lie about themselves. */
export const CHUNKS: Readonly<Record<string, (draw: Draw, credentials: Credentials) => Framed>> = {
  'a chunk size that is none': (draw, credentials) => {
    const size = draw.one([
      '0x5',
      '+5',
      '-5',
      ' 5',
      '\t5',
      '5 5',
      '',
      'g',
      '5g',
      '5,',
      '"5"',
      '10000000000000005',
      'fffffffffffffffff',
      '5\x00',
      '\x0b5',
      '5.0',
      '5\r',
      '\r5',
      '５',
    ])
    return chunked(
      draw,
      credentials,
      `${Buffer.from(size).toString('latin1')}\r\nhello\r\n0\r\n\r\n${hidden(draw)}`,
      LOST,
    )
  },
  'a chunk size that ends oddly': (draw, credentials) => {
    const end = draw.one(['\n', '\r', '\r\r\n', '\n\n', '\x00\r\n', '\x0b\r\n'])
    return chunked(draw, credentials, `5${end}hello\r\n0\r\n\r\n${hidden(draw)}`, LOST)
  },
  'a chunk extension that is none': (draw, credentials) => {
    const extension = draw.one([
      ';\x00',
      ';a=\x01',
      ';a="',
      ';a=\x7f',
      `;a=b\n${CANARY}`,
      ';a=b\rc',
      ';a="\n"',
      `;${'x'.repeat(20_000)}`,
      ' x',
      ';a b=c',
      ';a=b c',
      ';a=(b)',
      ';@',
      ';a="b" c',
    ])
    return chunked(draw, credentials, `5${extension}\r\nhello\r\n0\r\n\r\n${hidden(draw)}`, LOST)
  },
  'a chunk extension': (draw, credentials) => {
    const extension = draw.one([
      ';a',
      ';a=b',
      ';a="b c"',
      ';a=b;c',
      ' ;a=b',
      `;a=${CANARY}`,
      ';a="\\""',
      ';',
      ';;',
      ';="x"',
      '; a = b',
    ])
    return chunked(
      draw,
      credentials,
      `5${extension}\r\nhello\r\n0${draw.one(['', extension])}\r\n\r\n`,
      EITHER,
    )
  },
  'chunks of odd size and case': (draw, credentials) =>
    chunked(
      draw,
      credentials,
      `${draw.one(['5', '05', '0005', '0000000000000005'])}\r\nhello\r\n${draw.one(['0', '00', '0000'])}\r\n\r\n`,
      EITHER,
    ),
  'a chunk longer than it says': (draw, credentials) =>
    chunked(
      draw,
      credentials,
      `5\r\nhello${draw.one(['x', 'xx', '\n', '\r', ' ', '0', '\r\r\n', CANARY])}\r\n0\r\n\r\n${hidden(draw)}`,
      LOST,
    ),
  'a chunk shorter than it says': (draw, credentials) => ({
    ...chunked(
      draw,
      credentials,
      `${draw.one(['8', 'ff', '6', '7fffffff', 'ffffffffffffffff'])}\r\nhello\r\n0\r\n\r\n`,
      { ...LOST, partly: true },
    ),
    ends: true,
  }),
  'no last chunk': (draw, credentials) => ({
    ...chunked(
      draw,
      credentials,
      `5\r\nhello\r\n${draw.one(['', '0', '0\r\n', '0\r\n\r', '0\r\nX-Note: a\r\n'])}`,
      { ...LOST, partly: true },
    ),
    ends: true,
  }),
  'an end without its line': (draw, credentials) =>
    chunked(
      draw,
      credentials,
      `5\r\nhello\r\n0\r\n${draw.one(['\n', 'x', '\r\r', ' \r\n', '\x00\r\n'])}${hidden(draw)}`,
      LOST,
    ),
  trailers: (draw, credentials) => {
    const trailer = draw.one([
      `X-User-Id: ${CANARY}`,
      `X_User_Id: ${CANARY}`,
      'Content-Length: 5',
      'Host: evil.test',
      `Authorization: Bearer ${CANARY}`,
      'Transfer-Encoding: chunked',
      `X-Forwarded-For: ${CANARY}`,
      `Cookie: ${CANARY}`,
      'Connection: close',
      'X-Note: a',
      `x-request-id: ${CANARY}`,
      'Content-Type: a/b',
      'Content-Encoding: gzip',
      'Upgrade: h2c',
    ])
    return chunked(
      draw,
      credentials,
      `5\r\nhello\r\n0\r\n${trailer}\r\n${draw.chance(30) ? 'X-Other: b\r\n' : ''}\r\n`,
      EITHER,
    )
  },
  'a trailer that is no header': (draw, credentials) => {
    const trailer = draw.one([
      `X-Note : ${CANARY}`,
      ' X-Note: a',
      'x',
      `X-Note: a\r\n ${CANARY}`,
      'X-Note: a\x00b',
      '\x00: a',
      ': a',
      `X-Note: a\nX-User-Id: ${CANARY}`,
      `GET /open/hidden HTTP/1.1`,
      'X\xe9: a',
    ])
    return chunked(draw, credentials, `5\r\nhello\r\n0\r\n${trailer}\r\n\r\n${hidden(draw)}`, LOST)
  },
  'too many trailers': (draw, credentials) =>
    chunked(
      draw,
      credentials,
      `5\r\nhello\r\n0\r\n${draw.chance(50) ? `X-Note: ${'x'.repeat(40_000 + draw.upTo(1_000))}\r\n` : Array.from({ length: 3_000 + draw.upTo(500) }, (_, at) => `X-N${at}: a\r\n`).join('')}\r\n`,
      { ...EITHER },
    ),
}
