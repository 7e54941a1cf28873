import type { Credentials } from '../site/credentials.ts'
import type { Draw } from './draw.ts'
import { plain, type Request } from './request.ts'

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'
const PCHAR = `${LETTERS}-._~!$&'()*+,=:@`
const AWKWARD = [
  'é',
  'ß',
  '日本',
  '𝄞',
  ' ',
  '"',
  '<',
  '{',
  '|',
  '^',
  '`',
  '#',
  '?',
  '[',
  ']',
  '\u200b',
  '\ufeff',
]

/** A segment that has to pass: not empty, no dot segment, all that needs it encoded. */
export function segment(draw: Draw): string {
  const text = draw.text(PCHAR, 1, 24)
  const dotted = draw.chance(6)
    ? draw.one([`..${text}`, `.${text}`, `${text}..`, `...${text}`, `${text}.`])
    : text
  const safe = /^\.+$/.test(dotted) ? `a${dotted}` : dotted
  return draw.chance(25) ? safe + encodeURIComponent(draw.one(AWKWARD)) : safe
}

export function query(draw: Draw): string {
  if (draw.chance(60)) return ''
  const pair = () =>
    `${draw.text(LETTERS, 1, 5)}=${draw.one(['', '..', '//', ';', '%2e%2F', '%00', '?', draw.text(PCHAR, 0, 12)])}`
  return `?${Array.from({ length: draw.upTo(4) }, pair).join('&')}`
}

export function someBody(draw: Draw): Buffer {
  const length = draw.one([0, 1, 10, 100, 700, 900, draw.upTo(990)])
  if (draw.chance(30)) return Buffer.from(JSON.stringify({ note: draw.unicode(40), n: draw.upTo(1e6) }))
  return Buffer.from(draw.text(`${LETTERS}{}[]":,\r\n \0ÿ`, 0, 60).padEnd(length, 'x'), 'latin1')
}

/** A request that has to be answered, of any route; `at` is its place in the case. */
export function goodRequest(draw: Draw, credentials: Credentials, at: number | string = 0): Request {
  const method = draw.one(['GET', 'GET', 'POST', 'POST', 'PUT', 'PATCH', 'DELETE'])
  const bearer = method === 'PATCH' || method === 'DELETE' || draw.chance(40)
  const base = bearer ? '/things' : '/open'
  const whole = (method === 'GET' || method === 'POST') && draw.chance(method === 'POST' && bearer ? 100 : 25)
  const target = `${base}${whole ? '' : `/${segment(draw)}`}${query(draw)}`
  const request = plain(method, target, at)
  if (bearer) request.lines.push(`Authorization: Bearer ${credentials.good(draw)}`)
  if (method !== 'GET' && method !== 'DELETE') {
    request.body = someBody(draw)
    request.framing = draw.chance(40) ? 'chunked' : 'length'
    request.chunks = Array.from({ length: draw.upTo(4) }, () => 1 + draw.upTo(200))
    if (draw.chance(50))
      request.lines.push(
        `Content-Type: ${draw.one(['application/json', 'text/plain', 'application/octet-stream'])}`,
      )
  }
  return request
}

/** Headers no gateway has a word on: they have to travel as they are. */
export function travellers(draw: Draw): [string, string][] {
  return Array.from({ length: draw.upTo(5) }, () => [
    draw.one(['X-Note', 'Accept', 'Accept-Language', 'User-Agent', 'If-None-Match', 'Cookie', 'Prefer']),
    draw.text(`${LETTERS}-._~ /;="`, 1, 30).trim() || 'x',
  ]).filter(([name], at, all) => all.findIndex(([other]) => other === name) === at) as [string, string][]
}
