import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises'
import { bytesOf, type Case } from '../cases/draft.ts'
import type { Answer } from './answer.ts'
import type { Missing, Wire } from './wire.ts'

/** What came back on the wire of one case. */
export interface Played {
  /** One entry for each answer awaited, until the connection ended. */
  readonly answers: readonly (Answer | Missing)[]
  /** The gateway said that it closes, or did. */
  readonly over: boolean
}

/** How long a part of a request waits for an early answer that may never come. */
const EARLY_MS = 60

/** Writes a case, byte by byte as it was drawn, and reads what comes. */
export async function play(one: Case, wire: Wire): Promise<Played> {
  const bytes = bytesOf(one)
  const early: (Answer | Missing)[] = []
  let from = 0
  for (const { at, until } of one.pauses ?? []) {
    if (at <= from || at >= bytes.length) continue
    wire.write(bytes.subarray(from, at))
    from = at
    if (until === 'turn') await turn()
    else if (until === 'moment') await delay(2)
    else {
      const answer = await wire.next({ withinMs: EARLY_MS })
      if (answer !== 'silent') early.push(answer)
    }
  }
  wire.write(bytes.subarray(from))
  if (one.ends) wire.finish()

  const answers = early
  const head = bytes.toString('latin1', 0, 5) === 'HEAD '
  const most = one.loose ? 50 : one.expected.length
  while (!isOver(answers) && answers.length < most)
    answers.push(await wire.next({ head: answers.length === 0 && head }))
  return { answers, over: isOver(answers) }
}

function isOver(answers: readonly (Answer | Missing)[]): boolean {
  const last = answers.at(-1)
  return last !== undefined && (typeof last === 'string' || 'fault' in last || last.closes)
}
