import type { Credentials } from '../site/credentials.ts'
import { BODY_LIMIT, SMALL_BODY } from '../site/routes.ts'
import { CANARY } from './draft.ts'
import type { Draw } from './draw.ts'
import { type Framed, hidden, LOST, places, posting, raw } from './framing.ts'
import { goodRequest, segment, someBody } from './good.ts'
import { bytesOfRequest, EITHER, passing, plain, refused } from './request.ts'

/** Lines, versions and methods that are none, requests cut short, in a heap, or behind one another. */
export const MESSAGES: Readonly<Record<string, (draw: Draw, credentials: Credentials) => Framed>> = {
  'another version': (draw, credentials) => {
    const request = goodRequest(draw, credentials)
    request.version = draw.one([
      'HTTP/2.0',
      'HTTP/1.2',
      'HTTP/0.9',
      'HTTP/1.10',
      'HTTP/11',
      'HTTP/1',
      'HTTP/',
      'http/1.1',
      'HTTP/1.1 ',
      'HTTPS/1.1',
      'HTTP/1.1x',
      'HTTP/+1.1',
      'HTTP/1,1',
      'ICE/1.1',
      '',
      'HTTP/3.0',
      'HTTP/1.1\x00',
      'HTTP/01.1',
    ])
    return raw(request, LOST)
  },
  'an old version': (draw, credentials) => {
    const request = goodRequest(draw, credentials)
    // The parser knows two more protocols of that age and tells nobody; what they ask is refused like the rest of it.
    request.version = draw.one(['HTTP/1.0', 'HTTP/1.0', 'HTTP/1.0', 'RTSP/1.0', 'RTSP/1.1', 'ICE/1.0'])
    if (draw.chance(40)) request.lines.push('Connection: keep-alive')
    return raw(request, request.framing === 'chunked' && request.version !== 'RTSP/1.1' ? LOST : EITHER)
  },
  'no version': (draw) => {
    const end = draw.one(['', '\r\n'])
    return {
      bytes: Buffer.from(`GET /open/${segment(draw)}${draw.one(['', ' '])}\r\n${end}`, 'latin1'),
      expected: [LOST],
      ends: end === '' || draw.chance(50),
    }
  },
  'a method that is none': (draw, credentials) => {
    const request = goodRequest(draw, credentials)
    request.method = draw.one([
      'get',
      'Get',
      'GETT',
      'G',
      '',
      'GET\t',
      ' GET',
      'G ET',
      'POST\x00',
      'TRACE',
      'TRACK',
      'CONNECT',
      'PRI',
      'SOURCE',
      'PURGE',
      'PROPFIND',
      'MOVE',
      'LINK',
      'QUERY',
      'M-SEARCH',
      'DEBUG',
      '\xe9GET',
      'GET,POST',
      '"GET"',
      '__proto__',
      'BREW',
      'SUBSCRIBE',
      'HEAD1',
      draw.text('ABCDEFGHIJ', 3, 20),
    ])
    return raw(request, refused(400, 404, 405, 501))
  },
  'a request behind one that is the last': (draw, credentials) => {
    const request = goodRequest(draw, credentials)
    request.lines.push(
      ...draw.one([
        ['Host: evil.test'],
        ['Expect: x'],
        ['Connection: host'],
        ['Content-Type: a/b', 'Content-Type: c/d'],
      ]),
    )
    const bytes = Buffer.concat([bytesOfRequest(request), Buffer.from(hidden(draw), 'latin1')])
    return { bytes, expected: [{ ...refused(), closes: true }] }
  },
  'a method of another protocol': (draw, credentials) => {
    const request = goodRequest(draw, credentials)
    request.method = draw.one([
      'ANNOUNCE',
      'DESCRIBE',
      'SETUP',
      'PLAY',
      'PAUSE',
      'TEARDOWN',
      'GET_PARAMETER',
      'SET_PARAMETER',
      'REDIRECT',
      'RECORD',
      'FLUSH',
      'SOURCE',
    ])
    request.version = draw.one(['RTSP/1.0', 'RTSP/1.0', 'ICE/1.0', 'HTTP/1.1', 'HTTP/1.0'])
    return raw(request, refused())
  },
  'what is no HTTP': (draw) => ({
    bytes: draw.one([
      Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
      Buffer.from('16030100c8010000c403031234567890', 'hex'),
      Buffer.from('SSH-2.0-x\r\n'),
      Buffer.from('\x00\x00\x00\x04\x00\x00\x00\x00\x00', 'latin1'),
      Buffer.from('EHLO x\r\n'),
      Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'),
      Buffer.from(draw.text('\x00\x01 :/\xffabcGET\r\n', 8, 60), 'latin1'),
      Buffer.from(`\r\n\r\n\r\n${draw.text('{}[]<>"', 3, 20)}\r\n\r\n`),
    ]),
    expected: [LOST],
    ends: true,
  }),
  'line feeds alone': (draw, credentials) => {
    const request = goodRequest(draw, credentials)
    const text = bytesOfRequest({ ...request, body: Buffer.alloc(0), framing: 'none' }).toString('latin1')
    const lines = text.split('\r\n')
    const [from, at] = [draw.upTo(lines.length - 2), draw.one(['\n', '\r', '\r\r\n', '\n\r'])]
    const spoilt = draw.chance(40)
      ? lines.join('\n')
      : lines.slice(0, from + 1).join('\r\n') + at + lines.slice(from + 1).join('\r\n')
    return { bytes: Buffer.from(spoilt, 'latin1'), expected: [LOST], ends: true }
  },
  'empty lines before': (draw, credentials) => {
    const request = goodRequest(draw, credentials)
    return {
      bytes: Buffer.concat([Buffer.from('\r\n'.repeat(1 + draw.upTo(2))), bytesOfRequest(request)]),
      expected: [EITHER],
    }
  },
  'white space before': (draw, credentials) => {
    const request = goodRequest(draw, credentials)
    return {
      bytes: Buffer.concat([
        Buffer.from(draw.one([' ', '\t', ' \r\n', '\x00', '\x0b', '\ufeff'])),
        bytesOfRequest(request),
      ]),
      expected: [LOST],
    }
  },
  'two blanks in the first line': (draw, credentials) => {
    const request = goodRequest(draw, credentials)
    const [blank, other] = draw.one([
      ['  ', ' '],
      [' ', '  '],
      ['\t', ' '],
      [' ', '\t'],
      ['\x0b', ' '],
      [' ', '\xa0'],
    ])
    const text = bytesOfRequest(request)
      .toString('latin1')
      .replace(/^(\S+) (\S+) /, (_all, method, target) => `${method}${blank}${target}${other}`)
    // More blanks than one are within what a parser may forgive; other white space is not.
    return { bytes: Buffer.from(text, 'latin1'), expected: [/[^ ]/.test(blank + other) ? LOST : EITHER] }
  },
  'a body cut short': (draw, credentials) => {
    const request = posting(draw, credentials, someBody(draw), [])
    request.body = Buffer.concat([request.body, Buffer.from('more')])
    request.framing = draw.chance(50) ? 'chunked' : 'length'
    const bytes = bytesOfRequest(request)
    return {
      bytes: bytes.subarray(0, bytes.length - 1 - draw.upTo(3)),
      expected: [{ ...LOST, partly: true }],
      ends: true,
    }
  },
  'a head cut short': (draw, credentials) => {
    const bytes = bytesOfRequest({
      ...goodRequest(draw, credentials),
      body: Buffer.alloc(0),
      framing: 'none',
    })
    return { bytes: bytes.subarray(0, 1 + draw.upTo(bytes.length - 3)), expected: [LOST], ends: true }
  },
  'several at once': (draw, credentials) => {
    const requests = Array.from({ length: 2 + draw.upTo(8) }, (_, at) => {
      if (draw.chance(80)) return { request: goodRequest(draw, credentials, at), good: true }
      return { request: plain('GET', `/nowhere/${segment(draw)}`, at), good: false }
    })
    const bytes = Buffer.concat(requests.map(({ request }) => bytesOfRequest(request)))
    return {
      bytes,
      expected: requests.map(({ request, good }) => (good ? passing(request) : refused(404))),
      pauses: places(draw, bytes.length),
    }
  },
  'something else behind a good one': (draw, credentials) => {
    const request = goodRequest(draw, credentials)
    const behind = draw.one([
      '\0',
      'x y z\r\n\r\n',
      '0\r\n\r\n',
      'GET\r\n\r\n',
      'GET /open HTTP/9.9\r\n\r\n',
      ' \r\n',
      `${CANARY}\r\n\r\n`,
    ])
    return {
      bytes: Buffer.concat([bytesOfRequest(request), Buffer.from(behind, 'latin1')]),
      expected: [passing(request), { ...LOST, silent: true }],
    }
  },
  'a client that stops listening': (draw, credentials) => {
    const bytes = bytesOfRequest(goodRequest(draw, credentials))
    return {
      bytes: Buffer.concat([bytes, Buffer.from(draw.one(['', '\0', '\r\n', 'GET / HTTP/1.1\r\n']))]),
      expected: [EITHER],
      ends: true,
    }
  },
  'a refusal while the body still comes': (draw) => {
    const [target, status] = draw.one([
      ['/things', 401],
      ['/nowhere', 404],
      ['/vault/x', 401],
      ['/open/a%2fb', 400],
      ['/quick/x', 405],
    ] as const)
    const request = plain('POST', target)
    request.body = Buffer.from(hidden(draw).repeat(1 + draw.upTo(4)), 'latin1')
    if (draw.chance(30)) request.body = Buffer.alloc(1_000 + draw.upTo(120_000), 'x')
    request.framing = draw.chance(50) ? 'chunked' : 'length'
    request.chunks = [1 + draw.upTo(40)]
    const head = bytesOfRequest(request).indexOf('\r\n\r\n') + 4
    const pauses = [{ at: head + draw.upTo(10), until: draw.one(['answer', 'moment', 'turn'] as const) }]
    return { bytes: bytesOfRequest(request), expected: [refused(status)], pauses }
  },
  'too much while it still comes': (draw) => {
    const chunked = draw.chance(50)
    const large = draw.chance(40)
    const request = plain('POST', large ? '/open' : '/small')
    request.body = large
      ? Buffer.alloc(BODY_LIMIT + 1 + draw.upTo(100_000), 'y')
      : Buffer.from(hidden(draw).padEnd(SMALL_BODY + 1 + draw.upTo(3_000), 'z'))
    request.framing = chunked ? 'chunked' : 'length'
    request.chunks = [1 + draw.upTo(800), 1 + draw.upTo(800)]
    const bytes = bytesOfRequest(request)
    const pauses = draw.chance(50)
      ? [
          {
            at: bytes.indexOf('\r\n\r\n') + 4 + draw.upTo(200),
            until: draw.one(['answer', 'moment'] as const),
          },
        ]
      : []
    return { bytes, expected: [{ ...refused(413), partly: chunked }], pauses }
  },
  'a wait before the last byte': (draw, credentials) => {
    const request = goodRequest(draw, credentials)
    const bytes = bytesOfRequest(request)
    return { bytes, expected: [passing(request)], pauses: [{ at: bytes.length - 1, until: 'moment' }] }
  },
}
