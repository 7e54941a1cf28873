import { LONGEST_TARGET, verdictOnTarget } from '../site/canonical.ts'
import type { Credentials } from '../site/credentials.ts'
import { CANARY, type Draft, type Expected, MARK } from './draft.ts'
import type { Draw } from './draw.ts'
import { query, segment } from './good.ts'
import { naughtyTexts, traversals } from './lists.ts'
import { bytesOfRequest, EITHER, passing, plain, refused } from './request.ts'

const hex = (code: number): string => code.toString(16).padStart(2, '0')
const recased = (draw: Draw, text: string): string => (draw.chance(50) ? text.toUpperCase() : text)

/** What two readers of a path could read in two ways. */
const PIECES: readonly ((draw: Draw) => string)[] = [
  (draw) => draw.one(['/../', '/..', '../', '/./', './', '/.', '..', '.', '//', '///', '/.//']),
  (draw) => draw.one(['\\', '\\..\\', '..\\', '/..\\', '%5c', '%5C..%5c']),
  (draw) => draw.one([';', ';v=1', ';/../', '..;/', '/;x/', '%3b', '%3Bx']),
  (draw) =>
    recased(
      draw,
      draw.one(['%2e', '%2e%2e', '%2e%2e/', '/%2e/', '.%2e/', '%2f', '%2f%2f', '..%2f', '%2e%2e%2f']),
    ),
  (draw) =>
    recased(
      draw,
      draw.one(['%252e', '%252f', '%25', '%2525', '%255c', '%25252e%25252e', '%u002e', '%u2215']),
    ),
  (draw) => recased(draw, `%${hex(draw.one([0, 9, 10, 13, 127, draw.upTo(31)]))}`),
  (draw) =>
    draw.one(['%0d%0aX-User-Id:%20', '%0a', '%00.html', '.%09.', '..%00/', '%20', '%c2%85', '%e2%80%ae']),
  (draw) =>
    recased(
      draw,
      draw.one([
        '%c0%ae',
        '%c0%af',
        '%e0%80%ae',
        '%f0%80%80%ae',
        '%ff',
        '%c3',
        '%c3%28',
        '%ed%a0%80',
        '%f5%80%80%80',
        '%80',
        '%fe%ff',
      ]),
    ),
  (draw) => draw.one(['%', '%z', '%zz', '%1', '%-1', '% 2f', '%%', '%2', '%g0']),
  (draw) => String.fromCharCode(draw.one([0, 1, 9, 11, 12, 27, 31, 127, 32, draw.upTo(31)])),
  (draw) => draw.one(['#', '#x', '#/../', '"', '<', '>', '^', '`', '{', '|', '}', '[', ']']),
  (draw) => Buffer.from(draw.one(['é', '/', '․․/', '\u2028', '😀', '\u202e', 'İ', 'ſ'])).toString('latin1'),
  (draw) => String.fromCharCode(128 + draw.upTo(127)),
  (draw) =>
    draw.one(['/', '.json', '.css', '/x.css', '/.', '.', '@', ':', '*', '!', '+', ',', '=', '&', "'", '()']),
  (draw) => `%${hex(draw.one([...'things-_~openAZ09']).charCodeAt(0) ?? 0x61)}`.toLowerCase(),
]

/** A target that is no path at all. */
const SHAPES: readonly ((draw: Draw, path: string) => string)[] = [
  (draw, path) =>
    `${draw.one(['http', 'https', 'HTTP', 'ftp', 'file', 'gopher'])}://${draw.one(['api.test', 'evil.test', 'a@b', 'api.test:80', '', '127.0.0.1'])}${path}`,
  (draw, path) => `//${draw.one(['evil.test', 'api.test', '', '@', 'evil.test:80'])}${path}`,
  (draw, path) =>
    `${draw.one(['@', 'x', '.', '..', '?', '#', '*', ':', 'api.test', '%2f', '\\', 'api.test:443', '\xe9', ';', '~'])}${path}`,
  (draw) =>
    draw.one([
      '*',
      '**',
      '/*/*',
      'api.test',
      'api.test:443',
      '?',
      '#',
      'x',
      '*/open',
      '\\open',
      'javascript:alert(1)',
      '.',
      '..',
      'http:',
      'http:/',
      '%2fopen',
    ]),
  (draw, path) => path + draw.one(['\t', ' ', '\x0b', '\xa0', ' x', ' HTTP/1.1', '%20 ']),
  (draw, path) => `${path}${draw.one(['\r\n', '\n', '\r'])}X-User-Id: ${CANARY}`,
  (draw, path) => `${path}/${'a'.repeat(LONGEST_TARGET - 20 + draw.upTo(5_000))}`,
  (_draw, path) => path.toUpperCase(),
  (draw, path) =>
    path.replace(/[a-z]/, (letter) => draw.one([letter.toUpperCase(), `%${hex(letter.charCodeAt(0))}`])),
]

/** A path of a route that takes GET, with the case's own id somewhere in it where one goes. */
function basePath(draw: Draw): string {
  const base = draw.one(['/open', '/open', '/things', '/things', '/quick', '/vault', '/small'])
  return draw.chance(70) ? `${base}/${segment(draw)}` : base
}

function mutated(draw: Draw): string {
  let path = basePath(draw)
  for (let times = draw.chance(60) ? 1 : 2 + draw.upTo(1); times > 0; times--) {
    const at = draw.chance(50) ? draw.upTo(path.length) : draw.one([path.length, 1, path.indexOf('/', 1) + 1])
    path = path.slice(0, at) + draw.one(PIECES)(draw) + path.slice(at)
  }
  return draw.chance(15)
    ? path + draw.one(['?', '?x=\\', '?#', '?a=\x01', '?\xe9', '?a b', '?%zz', '?..//', '?"<>'])
    : path + query(draw)
}

const SOURCES: Readonly<Record<string, (draw: Draw) => string>> = {
  'a spoilt path': mutated,
  'a target in another form': (draw) => draw.one(SHAPES)(draw, basePath(draw)),
  'a path of the traversal list': (draw) =>
    draw.one(['/', '/open/', '/things/', '/files/', '']) + draw.one(traversals()),
  'a naughty text': (draw) => {
    const text = draw.one(naughtyTexts())
    const coded = draw.chance(60) ? encoded(text) : Buffer.from(text).toString('latin1')
    return draw.chance(60) ? `/open/${coded}` : `/open/${segment(draw)}?q=${coded}`
  },
  'a slash in an id': (draw) =>
    `/${draw.one(['files', 'files', 'open', 'things'])}/${segment(draw)}${recased(draw, draw.one(['%2f', '%2f%2f', '%2f%2e%2e%2f', '%2f..', '%2f..%2f', '%5c', '%252f', '%2fx%2f']))}${draw.chance(50) ? segment(draw) : ''}`,
}
const KINDS = ['a spoilt path', 'a spoilt path', 'a spoilt path', ...Object.keys(SOURCES)]

/** Targets that are no canonical path, or look as if they were none. */
export function targetCase(draw: Draw, credentials: Credentials): Omit<Draft, 'family'> {
  const kind = draw.one(KINDS)
  const target = (SOURCES[kind] as (draw: Draw) => string)(draw)
  const method = draw.one(['GET', 'GET', 'GET', 'POST', 'PUT', 'DELETE'])
  const request = plain(method, target)
  if (draw.chance(80)) request.lines.push(`Authorization: Bearer ${credentials.good(draw)}`)
  if (method === 'POST' || method === 'PUT') request.framing = 'length'
  return {
    kind,
    bytes: bytesOfRequest(request),
    expected: [expectedOf(method, target, request.lines.length > 2)],
  }
}

function expectedOf(method: string, target: string, token: boolean): Expected {
  const verdict = verdictOnTarget(method, target)
  if (verdict === 'refuse') return refused()
  // An id of two slashes or of dots beside one is for the service to judge, if the gateway lets it through.
  const isFile = target.startsWith('/files/') && /%2f/i.test(target)
  if (verdict === 'either' || isFile) return EITHER
  const closed = /^\/(things|vault)/.test(target)
  if (closed && (!token || target.startsWith('/vault'))) return refused(401, 403)
  return passing({ ...plain(method, target), body: Buffer.alloc(0) })
}

/** A good path with an encoded slash in an id, where the route allows it. */
export function slashCase(draw: Draw): Omit<Draft, 'family'> {
  const request = plain('GET', `/files/${segment(draw)}${recased(draw, '%2f')}${segment(draw)}`)
  return {
    kind: 'a slash in an id that may hold one',
    bytes: bytesOfRequest(request),
    expected: [passing(request)],
  }
}

function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replaceAll(MARK, 'x')
}
