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

function* keysAndBrackets(json: string): Generator<[token: string, colon: boolean]> {
  for (const match of json.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?|[{}[\],]/g)) {
    yield [match[1] ?? match[0], match[2] !== undefined]
  }
}
