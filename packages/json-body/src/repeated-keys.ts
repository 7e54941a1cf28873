import { pointerTo } from './pointer.ts'

/** A key that stands twice in one object. */
export interface RepeatedKey {
  /** A JSON Pointer behind `#`. */
  readonly pointer: string
  /** The second of them as it is written, with its quotes. */
  readonly written: string
}

interface Level {
  /** The keys seen, of an object; undefined for a list. */
  readonly keys: Set<string> | undefined
  at: string | number
}

/** Walks over text that is known to be valid JSON, so only keys and brackets need to be understood. */
export function repeatedKeys(json: string): RepeatedKey[] {
  const repeated: RepeatedKey[] = []
  const levels: Level[] = []
  for (const [token, colon] of keysAndBrackets(json)) {
    const level = levels.at(-1)
    if (token === '{') levels.push({ keys: new Set(), at: '' })
    else if (token === '[') levels.push({ keys: undefined, at: 0 })
    else if (token === '}' || token === ']') levels.pop()
    else if (token === ',') {
      if (level && typeof level.at === 'number') level.at++
    } else if (colon && level?.keys) {
      const key = JSON.parse(token) as string
      level.at = key
      if (level.keys.has(key))
        repeated.push({ pointer: pointerTo(levels.map(({ at }) => at)), written: token })
      level.keys.add(key)
    }
  }
  return repeated
}

const STRUCTURE = new Set('{}[],')
const BLANK = new Set(' \t\n\r')

function* keysAndBrackets(json: string): Generator<[token: string, colon: boolean]> {
  for (let at = 0; at < json.length; at++) {
    const mark = json[at] as string
    if (STRUCTURE.has(mark)) yield [mark, false]
    if (mark !== '"') continue
    const end = endOfText(json, at)
    let after = end
    while (BLANK.has(json[after] ?? '')) after++
    yield [json.slice(at, end), json[after] === ':']
    at = end - 1
  }
}

/** The place behind the quote that ends a text. */
function endOfText(json: string, start: number): number {
  let at = start + 1
  while (at < json.length && json[at] !== '"') at += json[at] === '\\' ? 2 : 1
  return at + 1
}
