import type { Logger } from 'pino'

/** Work that repeats until stopped; runs never overlap. */
export interface Periodic {
  /** Resolves when a run under way has ended. */
  stop(): Promise<void>
}

/** Runs `work` every `milliseconds`; a failure is logged and the next run comes all the same. */
export function periodically(
  name: string,
  milliseconds: number,
  work: () => Promise<unknown>,
  log: Pick<Logger, 'error'>,
): Periodic {
  let running: Promise<void> | undefined
  const timer = setInterval(() => {
    if (running) return
    running = work()
      .catch((error: unknown) => log.error({ err: error, work: name }, 'periodic work failed'))
      .then(() => {
        running = undefined
      })
  }, milliseconds)
  return {
    async stop() {
      clearInterval(timer)
      await running
    },
  }
}
