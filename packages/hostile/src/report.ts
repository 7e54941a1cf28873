import { bytesOf } from './cases/draft.ts'
import type { Outcome, Plan, Violation } from './run.ts'

/** One violation, with what it takes to see it again. */
export function violationText({ one, faults, answer }: Violation, seed: number): string {
  if (one === null) return `the run as a whole:\n${faults.map((fault) => `  ${fault}\n`).join('')}`
  const expected = one.expected.map(({ verdict, statuses }) =>
    statuses ? `${verdict} ${statuses.join('/')}` : verdict,
  )
  return [
    `case ${one.number} of seed ${seed}, ${one.family}: ${one.kind}`,
    `  sent      ${escaped(bytesOf(one).toString('latin1'), 1_500)}`,
    `  expected  ${expected.join(', ')}`,
    ...faults.map((fault) => `  saw       ${escaped(fault, 600)}`),
    `  answer    ${escaped(answer.slice(-900), 900)}`,
    `  alone     pnpm hostile --seed ${seed} --case ${one.number}`,
    '',
  ].join('\n')
}

export function summaryText(outcome: Outcome, { seed }: Plan): string {
  const { played, good, probes, arrived, logged, loggedUpstream, seconds, violations } = outcome
  const share = played === 0 ? 0 : (good / played) * 100
  const list = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .sort(([one], [other]) => one.localeCompare(other))
      .map(([name, count]) => `${name} ${count}`)
      .join(', ')
  return [
    `seed ${seed}: ${played} distinct cases in ${seconds.toFixed(0)} s (${list(outcome.byFamily)})`,
    `good traffic among them: ${good} (${share.toFixed(0)} %), and ${probes} good requests after the cases`,
    `answers: ${list(outcome.byStatus)}`,
    `arrived at the services: ${arrived}; lines in the log: ${logged}, ${loggedUpstream} of them with an upstream`,
    `violations: ${violations.length}`,
    '',
  ].join('\n')
}

export function escaped(text: string, most: number): string {
  const short = text.length > most ? `${text.slice(0, most)}… (${text.length} bytes)` : text
  return JSON.stringify(short).replace(/[\x7f-\uffff]/g, (letter) => {
    const code = letter.charCodeAt(0)
    return letter === '…'
      ? letter
      : code < 0x100
        ? `\\x${code.toString(16)}`
        : `\\u${code.toString(16).padStart(4, '0')}`
  })
}
