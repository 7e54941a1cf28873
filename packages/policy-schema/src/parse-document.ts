import type { PolicyProblem, Refusal } from './policy.ts'
import { type PathSegment, pointerTo } from './rule.ts'

/**
 * Reads the text of a policy document. A key that stands twice in one object is refused: JSON.parse would keep the
 * last one, and a client listed under two tiers would silently get one of them.
 */
export function parseDocument(text: string): { readonly ok: true; readonly document: unknown } | Refusal {
  const json = text.startsWith('\uFEFF') ? text.slice(1) : text
  let document: unknown
  try {
    document = JSON.parse(json)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    const message = `not valid JSON, mend it at the place named: ${reason}`
    return { ok: false, problems: [{ pointer: '#', rule: 'json-syntax', message }] }
  }
  const problems = repeatedKeys(json)
  return problems.length > 0 ? { ok: false, problems } : { ok: true, document }
}

interface Level {
  /** The keys seen, of an object; undefined for a list. */
  readonly keys: Set<string> | undefined
  at: PathSegment
}

/** Walks over text that is known to be valid JSON, so only keys and brackets need to be understood. */
function repeatedKeys(json: string): PolicyProblem[] {
  const problems: PolicyProblem[] = []
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
      if (level.keys.has(key)) {
        const pointer = pointerTo(...levels.map(({ at }) => at))
        problems.push({ pointer, rule: 'repeated-key', message: `${token} stands twice: keep one of them` })
      }
      level.keys.add(key)
    }
  }
  return problems
}

function* keysAndBrackets(json: string): Generator<[token: string, colon: boolean]> {
  for (const match of json.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?|[{}[\],]/g)) {
    yield [match[1] ?? match[0], match[2] !== undefined]
  }
}
