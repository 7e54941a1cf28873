import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Expected, MARK } from './draft.ts'
import type { Draw } from './draw.ts'
import type { Framed } from './framing.ts'
import { VECTORS } from './lists.ts'
import { EITHER, HOST, refused } from './request.ts'

interface Vector {
  readonly name: string
  readonly bytes: string
}

let known: readonly Vector[] | undefined

/** The requests of llhttp's own tests: a raw message, then what a strict parser says of it. */
export function parserVectors(): readonly Vector[] {
  known ??= read()
  return known
}

/** One of them as it is, or sent to a route of ours. None is there without the folder of vectors. */
export function vectorCase(draw: Draw): Framed {
  const { bytes } = draw.one(parserVectors())
  // As they are none of them names a path and a host of ours.
  if (draw.chance(40))
    return { bytes: Buffer.from(bytes, 'latin1'), expected: [refused()], ends: true, loose: true }
  const lines = `X-Case: ${MARK}.0${draw.chance(50) ? '\r\nX-Note: a' : ''}`
  const [first = '', ...rest] = bytes.split('\r\n')
  const target = draw.one(['/open', '/open/x', '/things', '/small'])
  const aimed = [first.replace(/^(\S+ )\S+/, `$1${target}`), `Host: ${HOST}`, lines, ...rest].join('\r\n')
  const expected: Expected = EITHER
  return { bytes: Buffer.from(aimed, 'latin1'), expected: [expected], ends: true, loose: true }
}

function read(): Vector[] {
  const folder = VECTORS === undefined ? '' : join(VECTORS, 'http-parser/test/request')
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .flatMap((name) => {
      const text = readFileSync(join(folder, name), 'utf8')
      const blocks = [...text.matchAll(/```http\n([\s\S]*?)\n```[\s\S]*?```log\n([\s\S]*?)```/g)]
      return blocks.map(([, message = ''], at) => ({
        name: `${name} ${at}`,
        bytes: unescaped(message),
      }))
    })
}

/** Line ends are CRLF; written-out ones count besides, and a backslash at the end of a line takes it away. */
function unescaped(text: string): string {
  return text
    .replace(/\\\n/g, '')
    .replace(/\n/g, '\r\n')
    .replaceAll('\\r', '\r')
    .replaceAll('\\n', '\n')
    .replaceAll('\\t', '\t')
    .replaceAll('\\f', '\f')
    .replace(/\\x([0-9a-f]{2})/gi, (_all, code) => String.fromCharCode(Number.parseInt(code, 16)))
}
