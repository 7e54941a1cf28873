import { setTimeout as delay } from 'node:timers/promises'

const LOOK_EVERY_MS = 100

/**
 * Waits for the end of something, be it `run`, another process or a job that brings it about: once `run` is over,
 * looks until `look` finds something or `until` (of performance.now) has come. `until` is reckoned from the call, so
 * that a slow database does not push the answer beyond what the caller waits for.
 */
export async function waitFor<T>(
  run: Promise<void>,
  until: number,
  look: () => Promise<T | undefined>,
): Promise<T | undefined> {
  await Promise.race([run, delay(Math.max(0, until - performance.now()), undefined, { ref: false })])
  for (;;) {
    const found = await look()
    const left = until - performance.now()
    if (found !== undefined || left <= 0) return found
    await delay(Math.min(LOOK_EVERY_MS, left))
  }
}
