import { setTimeout as delay } from 'node:timers/promises'

const LONGEST_MS = 50

/**
 * Waits a little before the next try to append: longer with each lost one, and never the same, or the gateway that is
 * nearer to Redis would win every time.
 */
export function pauseAfterConflict(tries: number): Promise<void> {
  return delay(Math.random() * Math.min(2 ** tries, LONGEST_MS))
}
