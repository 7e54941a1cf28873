import { nearest } from '@stockgate/settings'
import { Refusal } from '../errors/refusal.ts'
import { Unavailable } from '../journal/index.ts'
import { KeyFault, readDuration } from '../keys/index.ts'

const DAY = 86_400
const SHORTEST_LIFE = 60
const LONGEST_LIFE = 3_650 * DAY
const LONGEST_OVERLAP = 30 * DAY

/** The life of a key in seconds. */
export function lengthOf(written: string | number): number {
  const seconds = readDuration(written)
  if (seconds === undefined || seconds < SHORTEST_LIFE || seconds > LONGEST_LIFE)
    throw fault('#/expires_in', 'must be 60 s to 3650 days: seconds, or a duration such as P90D')
  return seconds
}

/** How long two keys are good side by side, in seconds. */
export function overlapOf(written: string | number = DAY): number {
  const seconds = readDuration(written)
  if (seconds === undefined || seconds > LONGEST_OVERLAP)
    throw fault('#/overlap', 'must be 0 s to 30 days: seconds, or a duration such as P1D')
  return seconds
}

/** A scope that no route asks for opens nothing: it is a misspelt one. */
export function knownScopes(asked: readonly string[], known: ReadonlySet<string>): void {
  const errors = asked.flatMap((scope, at) => {
    if (known.has(scope)) return []
    const meant = nearest(scope, [...known])
    const hint = meant === undefined ? '' : `; did you mean ${meant}?`
    return [{ pointer: `#/scopes/${at}`, detail: `no route asks for ${scope}${hint}`, code: 'unknown-scope' }]
  })
  if (errors.length > 0) throw new Refusal('GW_INPUT', { errors })
}

/** Changes keys, and tells what stood in its way as the problem it is. */
export async function changingKeys<Result>(change: () => Promise<Result>): Promise<Result> {
  try {
    return await change()
  } catch (error) {
    if (error instanceof Unavailable)
      throw new Refusal('GW_NO_JOURNAL', {
        detail: error.unsure
          ? `It is not known whether anything was changed: ${error.message}, which is the list of keys.`
          : `Nothing could be changed: ${error.message}. Keys that are good stay good.`,
        headers: { 'retry-after': '2' },
        cause: error,
      })
    if (!(error instanceof KeyFault)) throw error
    const { kind, message } = error
    if (kind === 'unknown') throw new Refusal('GW_NO_ROUTE', { detail: message })
    if (kind === 'busy')
      throw new Refusal('GW_NO_JOURNAL', { detail: message, headers: { 'retry-after': '1' } })
    throw new Refusal('GW_STATE', { detail: message })
  }
}

function fault(pointer: string, detail: string): Refusal {
  return new Refusal('GW_INPUT', { errors: [{ pointer, detail, code: 'not-allowed' }] })
}
