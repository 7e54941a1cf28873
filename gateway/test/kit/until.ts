import { setTimeout as delay } from 'node:timers/promises'

/** Waits for something that happens by itself; gives up after `patience` milliseconds. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  what: string,
  patience = 20_000,
): Promise<void> {
  const deadline = Date.now() + patience
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`did not happen: ${what}`)
    await delay(2)
  }
}
