import { setTimeout as pause } from 'node:timers/promises'
import { readAccessLog } from './access-log.ts'
import type { RunningStack } from './stack.ts'
import { until } from './until.ts'

/** A process that was killed with work under way. */
export interface Kill {
  readonly name: string
  readonly pid: number
  /** Number of the process that took its place. */
  readonly successor: number
  /** When, in milliseconds since the epoch. */
  readonly at: number
}

/** Long enough that every client in flight has a call to the process that it does not answer. */
const FROZEN_MS = 300

/**
 * `kill -9` of one process of the stack, in the middle of whatever it does: it is frozen where it stands first, so
 * that calls pile up which it can answer no more. Resolves once another process has taken its place.
 */
export async function killInTheMiddle(stack: RunningStack, name: string): Promise<Kill> {
  const pid = stack.pid(name)
  process.kill(pid, 'SIGSTOP')
  await pause(FROZEN_MS)
  const at = Date.now()
  process.kill(pid, 'SIGKILL')
  const successor = await until(`another ${name}`, () => {
    const now = stack.pid(name)
    return now === pid ? undefined : now
  })
  return { name, pid, successor, at }
}

/** Writing calls of clients that were under way at the moment of a kill, by the gateway's own log. */
export function inFlightAt({ home }: RunningStack, { at }: Kill): number {
  return readAccessLog(home).filter(
    ({ method, service, began, ended }) =>
      service === 'orders' && method !== 'GET' && began < at && at < ended,
  ).length
}
