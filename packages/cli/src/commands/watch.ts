import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'

/** Clears the screen and goes to its beginning. */
const CLEAR = '\u001b[2J\u001b[H'

/**
 * Shows a text again and again until Ctrl-C: on a terminal in place, elsewhere one after the other. What fails for a
 * while is shown and tried again, except for the first time.
 */
export async function watch(look: () => Promise<string>, pauseMs: number): Promise<void> {
  const stopped = new AbortController()
  void once(process, 'SIGINT').then(() => stopped.abort())
  const clear = process.stdout.isTTY ? CLEAR : ''
  process.stdout.write(clear + (await look()))
  while (!stopped.signal.aborted) {
    await delay(pauseMs, undefined, { signal: stopped.signal }).catch(() => {})
    if (stopped.signal.aborted) return
    const text = await look().catch((error: unknown) => `${error instanceof Error ? error.message : error}\n`)
    process.stdout.write(clear + text)
  }
}
