import type { Case, Expected } from '../cases/draft.ts'
import { type Answer, headerOf } from '../exchange/answer.ts'
import type { Played } from '../exchange/play.ts'
import type { Missing } from '../exchange/wire.ts'
import type { Recording } from '../site/upstream.ts'
import { faultsOfAnswer } from './answer.ts'
import { differences } from './arrival.ts'

/** What was expected of a case and did not happen, in words. */
export function faultsOfCase(
  one: Case,
  { answers }: Played,
  recording: Recording,
  secrets: readonly string[],
): string[] {
  const faults: string[] = []
  for (const [at, answer] of answers.entries()) {
    const expected = (one.loose ? one.expected[0] : one.expected[at]) as Expected
    const last = at === answers.length - 1
    if (isAnswer(answer)) {
      faults.push(...faultsOfAnswer(answer, secrets))
      faults.push(...faultsOfVerdict(one, expected, answer, at, recording))
    } else if (typeof answer !== 'string') faults.push(answer.fault)
    else if (answer === 'silent') faults.push('no answer came')
    else if (!(last && mayBeLeft(one, at))) faults.push('the connection was closed without an answer')
  }
  return faults
}

/** What must not have arrived, looked for again when all is over: a request may arrive long after its answer. */
export function faultsOfArrivals({ id, expected, loose }: Case, recording: Recording): string[] {
  const faults: string[] = []
  if (recording.byCase.has(`${id}.hidden`)) faults.push('a hidden request arrived as one of its own')
  for (const [at, { verdict, partly = false }] of expected.entries()) {
    const seen = recording.byCase.get(`${id}.${at}`) ?? []
    if (verdict === 'refuse' && !loose && seen.some(({ whole }) => whole || !partly))
      faults.push(`what had to be refused arrived as ${seen[0]?.method} ${seen[0]?.target}`)
    if (seen.length > 1 && !loose) faults.push(`one request arrived ${seen.length} times`)
  }
  return faults
}

function faultsOfVerdict(
  one: Case,
  expected: Expected,
  answer: Answer,
  at: number,
  recording: Recording,
): string[] {
  const { verdict, statuses, closes } = expected
  const { status } = answer
  const faults: string[] = []
  const echo = headerOf(answer, 'x-echo')
  if (echo !== undefined && echo !== `${one.id}.${at}` && !one.loose) faults.push(`got the answer to ${echo}`)
  if (verdict === 'pass') {
    if (status !== 200) return [...faults, `a good request was answered ${status}: ${answer.body}`]
    const seen = recording.byCase.get(`${one.id}.${at}`)?.[0]
    return seen === undefined
      ? [...faults, 'answered and never arrived']
      : [...faults, ...differences(expected, seen, one.id)]
  }
  if (verdict === 'refuse') {
    const right = statuses === undefined ? status >= 400 && status < 500 : statuses.includes(status)
    if (!right) faults.push(`answered ${status} instead of ${statuses?.join(' or ') ?? 'a refusal'}`)
    if (closes === true && !answer.closes)
      faults.push('the connection stays open although nobody knows where the next request begins')
  }
  return faults
}

/** Whoever stops sending in the middle may be left without an answer; so may a caller of what nobody can count. */
function mayBeLeft({ ends = false, loose = false, expected }: Case, at: number): boolean {
  return loose || expected[at]?.silent === true || (ends && expected[at]?.verdict !== 'pass')
}

const isAnswer = (answer: Answer | Missing): answer is Answer =>
  typeof answer !== 'string' && !('fault' in answer)
