import type { Credentials } from '../site/credentials.ts'
import { CANARY, type Draft, type Expected } from './draft.ts'
import type { Draw } from './draw.ts'
import { goodRequest, travellers } from './good.ts'
import { CLAIMED_NAMES, spelt } from './names.ts'
import { bytesOfRequest, EITHER, HOST, passing, type Request, refused } from './request.ts'

/** Spoils the headers of a good request and says what has to come of it. */
type Trick = (draw: Draw, request: Request) => Expected

/** Puts lines anywhere between those that are there. */
function scatter(draw: Draw, request: Request, lines: readonly string[]): void {
  for (const line of lines) request.lines.splice(draw.upTo(request.lines.length), 0, line)
}

const spoiltHost = (request: Request, lines: readonly string[], draw: Draw): void => {
  request.lines = request.lines.filter((line) => !/^host:/i.test(line))
  scatter(draw, request, lines)
}

/** Bytes no value may hold; CR and LF would end the line instead. */
const CONTROLS = Array.from({ length: 0x20 }, (_, code) => String.fromCharCode(code)).filter(
  (one) => !'\t\r\n'.includes(one),
)
const ONCE = ['Authorization', 'X-API-Key', 'Content-Type', 'Idempotency-Key']

const TRICKS: Readonly<Record<string, Trick>> = {
  'claims about the caller': (draw, request) => {
    const names = Array.from({ length: 1 + draw.upTo(4) }, () => draw.one(CLAIMED_NAMES))
    const value = () =>
      draw.one([CANARY, `${CANARY}, 10.0.0.1`, `for=${CANARY};proto=https`, `"${CANARY}"`, `1.1 ${CANARY}`])
    scatter(
      draw,
      request,
      names.map(
        (name) =>
          `${spelt(draw, name)}:${draw.one([' ', '', '\t', '  '])}${value()}${draw.one(['', ' ', '\t'])}`,
      ),
    )
    return passing(request)
  },
  'a name that is to stay here': (draw, request) => {
    const name = `X-Stay-${draw.text('abcdef', 1, 6)}`
    scatter(draw, request, [
      `${name}: ${CANARY}`,
      `Connection: ${draw.one(['', 'keep-alive, ', 'x, , '])}${draw.chance(50) ? name : name.toLowerCase()}${draw.one(['', ' ', ', keep-alive', ',', '\t,y'])}`,
    ])
    return passing(request)
  },
  'names that are ours to stay here': (draw, request) => {
    const named = Array.from({ length: 1 + draw.upTo(3) }, () =>
      draw.one([
        'x-forwarded-for',
        'X-Forwarded-Host',
        'via',
        'x-request-id',
        'traceparent',
        'host',
        'content-length',
        'Authorization',
        'X-Forwarded-Proto',
      ]),
    )
    scatter(draw, request, [`Connection: ${draw.one(['keep-alive, ', ''])}${named.join(', ')}`])
    // Refused or passed over, as the gateway likes; what it says of the request has to arrive.
    return EITHER
  },
  'several Connection lines': (draw, request) => {
    const name = `X-Stay-${draw.text('abcdef', 1, 6)}`
    scatter(draw, request, [
      'Connection: keep-alive',
      `${name}: ${CANARY}`,
      `${draw.one(['connection', 'CONNECTION'])}: ${name}`,
    ])
    return passing(request)
  },
  'two Hosts': (draw, request) => {
    scatter(draw, request, [
      `${draw.one(['Host', 'host', 'HOST'])}: ${draw.one([HOST, 'evil.test', '', `${HOST}:80`])}`,
    ])
    return refused(400)
  },
  'no Host': (draw, request) => {
    spoiltHost(
      request,
      draw.one([[], ['Host:'], ['Host: '], ['X-Host: api.test'], ['Hosts: api.test']]),
      draw,
    )
    return refused(400)
  },
  'a Host that is none': (draw, request) => {
    spoiltHost(
      request,
      [
        `Host: ${draw.one([`${HOST}@evil.test`, `evil.test@${HOST}`, `${HOST}/x`, `${HOST}/../`, `http://${HOST}`, `${HOST}:x`, `${HOST}:`, `${HOST}:999999`, `${HOST}:-1`, `${HOST}, evil.test`, `${HOST} evil.test`, `${HOST}\tx`, `a_b.${HOST}`, `${HOST}?x`, `${HOST}#x`, `${HOST}\\x`, `${HOST}%00`, '[::1', '::1', '[evil]', '.', '..', `-${HOST}`, `é.${HOST}`, '*', '<script>', "'", 'x'.repeat(300), `${HOST};x`, `${HOST}:80:80`])}`,
      ],
      draw,
    )
    return refused(400, 421)
  },
  'a Host of somebody else': (draw, request) => {
    spoiltHost(
      request,
      [
        `Host: ${draw.one(['evil.test', `${HOST}.evil.test`, `x${HOST}`, `${draw.text('abcdef', 1, 8)}.${HOST}`, 'shop', 'localhost.evil.test', '10.0.0.1', '169.254.169.254', '[2001:db8::1]', `${draw.text('abcdef', 1, 8)}.test`])}`,
      ],
      draw,
    )
    return refused(400, 421)
  },
  'a Host in capitals': (draw, request) => {
    spoiltHost(
      request,
      [
        `${draw.one(['host', 'HOST', 'Host'])}:${draw.one(['', ' ', '\t'])}${draw.one(['API.TEST', 'Api.Test', 'api.TEST'])}${draw.one(['', ' '])}`,
      ],
      draw,
    )
    return passing(request)
  },
  'a header twice': (draw, request) => {
    const name = draw.one(ONCE)
    const value = draw.one(['a/b', 'Bearer x', 'text/plain', 'k'])
    scatter(draw, request, [
      `${name}: ${value}`,
      `${draw.chance(50) ? name : name.toLowerCase()}: ${draw.chance(50) ? value : 'c/d'}`,
    ])
    return refused(400, 401, 415)
  },
  'a control in a value': (draw, request) => {
    scatter(draw, request, [`X-Note: a${draw.one(CONTROLS)}b${CANARY}`])
    return { ...refused(400), closes: true }
  },
  'DEL in a value': (draw, request) => {
    scatter(draw, request, [`X-Note: ${draw.text('abc', 0, 3)}\x7f${CANARY}`])
    return { ...refused(400), closes: true }
  },
  'bytes beyond ASCII in a value': (draw, request) => {
    scatter(draw, request, [`X-Note: ${draw.text('\x80\x9f\xa0\xe9\xff', 1, 6)}`])
    return EITHER
  },
  'a name that is no name': (draw, request) => {
    scatter(draw, request, [
      `X${draw.one([' ', '\t', '\x00', '\x7f', '\xe9', '(', ')', '<', '@', ',', ';', '\\', '"', '/', '[', '?', '=', '{', '\x0b'])}N: ${CANARY}`,
    ])
    return { ...refused(400), closes: true }
  },
  'a line that is no header': (draw, request) => {
    scatter(draw, request, [
      draw.one([
        `: ${CANARY}`,
        `X-Note ${CANARY}`,
        `X-Note : ${CANARY}`,
        `X-Note\t: ${CANARY}`,
        '=',
        'GET / HTTP/1.1',
        '\x00',
        ':',
      ]),
    ])
    return { ...refused(400), closes: true }
  },
  'a folded value': (draw, request) => {
    const first = request.lines.shift() as string
    scatter(draw, request, [
      `X-Note: a\r\n${draw.one([' ', '\t', '  '])}${draw.one([CANARY, `X-User-Id: ${CANARY}`, ''])}`,
    ])
    request.lines.unshift(first)
    return { ...refused(400), closes: true }
  },
  'white space before the first header': (draw, request) => {
    request.lines.unshift(`${draw.one([' ', '\t'])}X-Note: ${CANARY}`)
    return { ...refused(400), closes: true }
  },
  'a bare line feed': (draw, request) => {
    scatter(draw, request, [`X-Note: a${draw.one(['\n', '\r', '\n\n', '\r\r', '\n\r'])}X-User-Id: ${CANARY}`])
    return { ...refused(400), closes: true }
  },
  'more headers than fit': (draw, request) => {
    const lines = draw.chance(50)
      ? Array.from({ length: 150 + draw.upTo(300) }, (_, at) => `X-N${at}: ${draw.upTo(9)}`)
      : [`X-Note: ${'x'.repeat(17_000 + draw.upTo(9_000))}`]
    request.lines.push(...lines)
    return refused(400, 431)
  },
  'nearly too many headers': (draw, request) => {
    if (draw.chance(50))
      request.lines.push(
        ...Array.from({ length: 60 + draw.upTo(20) }, (_, at) => `X-N${at}: ${draw.upTo(9)}`),
      )
    else request.lines.push(`X-Note: ${'x'.repeat(9_000 + draw.upTo(4_000))}`)
    return passing(request)
  },
  'a Content-Type in an odd form': (draw, request) => {
    request.lines = request.lines.filter((line) => !/^content-type:/i.test(line))
    scatter(draw, request, [
      `Content-Type: ${draw.one(['application/json\t', 'application/json\t;x', ' application/json', 'application/json; charset=utf-7', 'application/json;charset=utf-16', 'APPLICATION/JSON', 'application/json,text/plain', 'multipart/form-data', 'text', '/', '', 'a/b;', 'application/json; ;', 'a/b; c="', '*/*', 'application/x-www-form-urlencoded', 'text/plain\xe9', 'x'.repeat(500)])}`,
    ])
    return EITHER
  },
  'an expectation': (draw, request) => {
    scatter(draw, request, [`Expect: ${draw.one(['100-continue', '100-Continue'])}`])
    return request.framing === 'none' ? EITHER : passing(request)
  },
  'another expectation': (draw, request) => {
    scatter(draw, request, [
      `Expect: ${draw.one(['200-ok', '100', '100-continue, x', 'x', '101-switching', '100-continue;x', '"100-continue"', '100-continue 100-continue'])}`,
    ])
    return refused(400, 417)
  },
  'a wish to change protocols': (draw, request) => {
    const protocol = draw.one(['websocket', 'h2c', 'HTTP/2.0', 'TLS/1.0', 'x', ''])
    scatter(draw, request, [
      `Upgrade: ${protocol}`,
      `Connection: ${draw.one(['Upgrade', 'upgrade, HTTP2-Settings', 'keep-alive, Upgrade', 'keep-alive'])}`,
      'HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA',
      `Sec-WebSocket-Key: ${draw.text('abcdef', 22, 22)}==`,
      'Sec-WebSocket-Version: 13',
    ])
    return EITHER
  },
  'TE and Trailer': (draw, request) => {
    scatter(draw, request, [
      `TE: ${draw.one(['trailers', 'gzip', 'trailers, deflate;q=0.5', 'chunked', ''])}`,
      ...(draw.chance(50) ? [`Trailer: ${draw.one(['X-User-Id', 'Content-Length', 'Authorization'])}`] : []),
    ])
    return EITHER
  },
  'a trace': (draw, request) => {
    const id = draw.text('0123456789abcdef', 31, 31)
    scatter(draw, request, [
      `traceparent: ${draw.one(['00-00000000000000000000000000000000-0000000000000000-00', `00-1${id}-00f067aa0ba902b7-01-x`, `ff-1${id}-00f067aa0ba902b7-01`, `00-1${id.toUpperCase()}-00f067aa0ba902b7-01`, '', CANARY, `00-1${id}-00f067aa0ba902b7-zz`, `00-${id}-00f067aa0ba902b7-01`])}`,
      `tracestate: ${CANARY}`,
    ])
    return passing(request)
  },
  'a cookie or a range': (draw, request) => {
    scatter(draw, request, [
      draw.one([
        'Range: bytes=0-0,1-1,2-2',
        'Cookie: a=b; a=c; $Version=1',
        'If-Range: x',
        'Cache-Control: no-store, only-if-cached',
        'Max-Forwards: 0',
        'Accept-Encoding: gzip;q=0, *',
        'Accept: */*;q=0',
        'Origin: null',
        'Date: x',
        'Age: -1',
        'Status: 500',
        'X-Accel-Redirect: /x',
        'Set-Cookie: a=b',
        'Location: http://evil.test/',
        'Content-Location: /x',
        'Content-Range: bytes 0-1/2',
        'Digest: x',
        'Priority: u=9',
        'Sec-Fetch-Site: cross-site',
        'Access-Control-Request-Method: PUT',
      ]),
    ])
    return EITHER
  },
}
const KINDS = Object.keys(TRICKS)

/** Headers that lie, shout, repeat themselves or are none. */
export function headerCase(draw: Draw, credentials: Credentials): Omit<Draft, 'family'> {
  const request = goodRequest(draw, credentials)
  const kind = draw.one(KINDS)
  const expected = (TRICKS[kind] as Trick)(draw, request)
  return { kind, bytes: bytesOfRequest(request), expected: [expected] }
}

/** A good request with headers that have to travel as they are. */
export function travellingCase(draw: Draw, credentials: Credentials): Omit<Draft, 'family'> {
  const request = goodRequest(draw, credentials)
  const headers = travellers(draw)
  scatter(
    draw,
    request,
    headers.map(([name, value]) => `${name}: ${value}`),
  )
  return {
    kind: 'headers that travel',
    bytes: bytesOfRequest(request),
    expected: [passing(request, { headers })],
  }
}
