import type { Command } from 'commander'
import { wholeNumber } from '../commands/option-values.ts'

/** What every command that changes limits can be told. */
export interface ChangeOptions {
  readonly reason: string
  readonly wait?: number | true
  readonly json?: boolean
}

const USUAL_WAIT_S = 10

/** Adds the reason, which the history keeps, and whether to wait for all gateways. */
export function withChangeOptions(command: Command): Command {
  return command
    .requiredOption('--reason <text>', 'why, in one line; the history keeps it')
    .option(
      '--wait [seconds]',
      `until every live gateway has reported the change (${USUAL_WAIT_S} s unless said)`,
      wholeNumber(1, 30),
    )
    .option('--json', 'print the outcome as JSON')
}

/** `?wait=10`, or nothing. */
export function waitQuery({ wait }: Pick<ChangeOptions, 'wait'>): string {
  return wait === undefined ? '' : `?wait=${wait === true ? USUAL_WAIT_S : wait}`
}
