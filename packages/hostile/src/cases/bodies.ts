import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import type { Credentials } from '../site/credentials.ts'
import { BODY_LIMIT, LARGE_BODY, PACKED_BODY, SMALL_BODY } from '../site/routes.ts'
import { CANARY, type Draft, type Expected } from './draft.ts'
import type { Draw } from './draw.ts'
import { segment, someBody } from './good.ts'
import { naughtyTexts, VECTORS } from './lists.ts'
import { bytesOfRequest, EITHER, passing, plain, type Request, refused } from './request.ts'

type Trick = (draw: Draw, request: Request) => Expected

const PACKERS: Readonly<Record<string, (body: Buffer) => Buffer>> = {
  gzip: (body) => gzipSync(body),
  br: (body) => brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }),
  deflate: (body) => deflateSync(body),
  zstd: (body) => zstdCompressSync(body),
}
const CODINGS = Object.keys(PACKERS)

let vectors: readonly Buffer[] | undefined

/** The files of JSONTestSuite that are small, or a few of their kind. The gateway looks at none of them. */
function jsonTexts(): readonly Buffer[] {
  const folder = VECTORS === undefined ? '' : join(VECTORS, 'json/test_parsing')
  vectors ??= existsSync(folder)
    ? readdirSync(folder).map((name) => readFileSync(join(folder, name)))
    : ['{', '[1,]', '{"a":1,"a":2}', '\ufeff{}', '{"__proto__":{"x":1}}', '["\ud800"]', '1e999'].map((text) =>
        Buffer.from(text),
      )
  return vectors
}

const bombs = new Map<string, Buffer>()

/** Few bytes that become many; packing them takes a while, so each is packed once. */
function bomb(coding: string, size: number, letter: string): Buffer {
  const name = `${coding} ${size} ${letter}`
  const packed = bombs.get(name) ?? (PACKERS[coding] as (body: Buffer) => Buffer)(Buffer.alloc(size, letter))
  bombs.set(name, packed)
  return packed
}

const JSON_ODDITIES: readonly ((draw: Draw) => string)[] = [
  (draw) => '['.repeat(100 + draw.upTo(40_000)),
  (draw) => `{"a":${'['.repeat(draw.upTo(5_000))}`,
  (draw) =>
    `{"${draw.one(['__proto__', 'constructor', '\\u005f_proto__', 'prototype'])}":{"admin":${draw.upTo(9)}}}`,
  (draw) => '9'.repeat(1 + draw.upTo(20_000)),
  (draw) => JSON.stringify({ text: draw.one(naughtyTexts()), n: draw.upTo(1e6) }),
  (draw) => JSON.stringify({ text: draw.unicode(60) }),
  (draw) => `{"a":1,"a":${draw.upTo(99)},"A":2}`,
  (draw) => `\ufeff{"a":${draw.upTo(999)}}`,
]

const TRICKS: Readonly<Record<string, Trick>> = {
  'JSON nobody wrote by hand': (draw, request) => {
    request.body = draw.chance(50) ? draw.one(jsonTexts()) : Buffer.from(draw.one(JSON_ODDITIES)(draw))
    request.lines.push('Content-Type: application/json')
    return passing(request)
  },
  'any bytes': (draw, request) => {
    request.body = draw.chance(50)
      ? someBody(draw)
      : Buffer.from(draw.text('\x00\xff\r\n\x1b\x80aé', 1, 200), 'latin1')
    return passing(request)
  },
  'a form or parts': (draw, request) => {
    const edge = draw.text('abc-', 1, 9)
    request.lines.push(
      `Content-Type: ${draw.one([`multipart/form-data; boundary=${edge}`, 'application/x-www-form-urlencoded', `multipart/mixed; boundary="${edge}"`])}`,
    )
    request.body = Buffer.from(
      draw.one([
        `--${edge}\r\nContent-Disposition: form-data; name="a"\r\n\r\nX-User-Id: ${CANARY}\r\n--${edge}--\r\n`,
        'a=1&a=2&a[]=3&__proto__[x]=1',
        `--${edge}`,
      ]),
    )
    return passing(request)
  },
  'a coding no route takes': (draw, request) => {
    const coding = draw.one([
      ...CODINGS,
      'x-gzip',
      'compress',
      'aes128gcm',
      'x',
      'GZIP',
      'gzip, gzip',
      'identity, gzip',
      '*',
      'gzip;q=1',
      ', gzip',
      'chunked',
      'exi',
    ])
    const body = Buffer.concat([someBody(draw), Buffer.from('x')])
    request.body = (PACKERS[coding.toLowerCase()] ?? ((one) => one))(body)
    request.lines.push(`Content-Encoding: ${coding}`)
    return refused(400, 415)
  },
  'a coding the route does not know': (draw, request) => {
    request.target = '/packed'
    request.method = 'POST'
    request.body = Buffer.concat([someBody(draw), Buffer.from('x')])
    request.lines.push(
      ...draw.one([
        ['Content-Encoding: compress'],
        ['Content-Encoding: gzip, br'],
        ['Content-Encoding: gzip', 'Content-Encoding: gzip'],
        ['Content-Encoding: x'],
        ['Content-Encoding: gzip,gzip'],
        ['Content-Encoding: gzip;x'],
        ['Content-Encoding: gzip, identity, br'],
      ]),
    )
    return refused(400, 415)
  },
  'no coding, said aloud': (draw, request) => {
    request.body = someBody(draw)
    request.lines.push(`Content-Encoding: ${draw.one(['identity', 'Identity', ''])}`)
    return EITHER
  },
  'a packed body': (draw, request) => {
    const coding = draw.one(CODINGS)
    request.target = '/packed'
    request.method = 'POST'
    // Not so regular that it would pack more than tenfold.
    const plainly = Buffer.from(
      draw.text('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789', 20, 900),
    )
    request.body = (PACKERS[coding] as (body: Buffer) => Buffer)(plainly)
    request.lines.push(`Content-Encoding: ${draw.chance(80) ? coding : coding.toUpperCase()}`)
    return passing(request, { decoded: plainly })
  },
  'a packed body that is none': (draw, request) => {
    const coding = draw.one(CODINGS)
    request.target = '/packed'
    request.method = 'POST'
    const packed = (PACKERS[coding] as (body: Buffer) => Buffer)(Buffer.from(draw.text('abcdef', 20, 300)))
    const at = draw.upTo(packed.length - 1)
    request.body = draw.one([
      packed.subarray(0, at),
      Buffer.concat([packed, Buffer.from('x')]),
      Buffer.concat([packed, packed]),
      Buffer.from('x'.repeat(at)),
      Buffer.concat([
        packed.subarray(0, at),
        Buffer.from([(packed[at] ?? 0) ^ 0xff]),
        packed.subarray(at + 1),
      ]),
    ])
    request.lines.push(`Content-Encoding: ${coding}`)
    return EITHER
  },
  'a bomb': (draw, request) => {
    const coding = draw.one(CODINGS)
    request.target = '/packed'
    request.method = 'POST'
    request.body = bomb(
      coding,
      draw.one([300_000, 1_000_000, 4_000_000]) + draw.upTo(8),
      draw.one(['0', ' ', '\0', '[']),
    )
    if (draw.chance(50)) request.lines.push(`X-Note: ${draw.upTo(99)}`)
    request.lines.push(`Content-Encoding: ${coding}`)
    return { ...refused(400, 413, 415), partly: true }
  },
  'more than the route takes': (draw, request) => {
    request.target = draw.one(['/small', '/open', '/packed'])
    request.method = 'POST'
    const most = { '/small': SMALL_BODY, '/open': BODY_LIMIT, '/packed': PACKED_BODY }[
      request.target
    ] as number
    request.body = Buffer.alloc(most + draw.one([1, 2, 1 + draw.upTo(3_000)]), draw.text('abc', 1, 3))
    return { ...refused(413), partly: request.framing === 'chunked' }
  },
  'more than the gateway holds': (draw, request) => {
    // They take long, and a few of them tell as much as many.
    if (draw.chance(80)) return TRICKS['as much as the route takes']?.(draw, request) ?? EITHER
    request.target = '/large'
    request.method = 'POST'
    const over = draw.chance(50)
    const size = over ? LARGE_BODY + 1 + draw.upTo(200_000) : LARGE_BODY - draw.upTo(300_000)
    request.body = Buffer.alloc(size, draw.text('abc', 1, 3))
    request.chunks = request.chunks.map((chunk) => chunk * 500)
    return over ? { ...refused(413), partly: request.framing === 'chunked' } : passing(request)
  },
  'as much as the route takes': (draw, request) => {
    request.target = draw.one(['/small', '/small', '/open', '/packed'])
    request.method = 'POST'
    const most = { '/small': SMALL_BODY, '/open': BODY_LIMIT, '/packed': PACKED_BODY }[
      request.target
    ] as number
    request.body = Buffer.alloc(most - draw.one([0, 0, 1, draw.upTo(20)]), draw.text('abc', 1, 3))
    return passing(request)
  },
}
const KINDS = Object.keys(TRICKS)

/** Bodies that are too much, packed oddly, or odd inside. */
export function bodyCase(draw: Draw, credentials: Credentials): Omit<Draft, 'family'> {
  const kind = draw.one(KINDS)
  const request = plain(draw.one(['POST', 'PUT']), `/open/${segment(draw)}`)
  if (draw.chance(35)) {
    request.target = `/things/${segment(draw)}`
    request.method = draw.one(['PUT', 'PATCH'])
    request.lines.push(`Authorization: Bearer ${credentials.good(draw)}`)
  }
  request.framing = draw.chance(50) ? 'chunked' : 'length'
  request.chunks = Array.from({ length: draw.upTo(3) }, () => 1 + draw.upTo(300))
  const expected = (TRICKS[kind] as Trick)(draw, request)
  return { kind, bytes: bytesOfRequest(request), expected: [expected] }
}
