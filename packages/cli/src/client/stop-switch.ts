import { setTimeout as pause } from 'node:timers/promises'

/** Work was told to stop while it waited to try again. */
export class StoppedError extends Error {
  override readonly name = 'StoppedError'
}

/** Says when to take no more work. Waiting ends at once; calls under way are finished. */
export interface StopSwitch {
  readonly stopped: boolean
  stop(): void
  /** Resolves after so many milliseconds; rejects with a StoppedError when work stops first. */
  wait(milliseconds: number): Promise<void>
}

/** A switch that is still on. */
export function createStopSwitch(): StopSwitch {
  const controller = new AbortController()
  return {
    get stopped() {
      return controller.signal.aborted
    },
    stop: () => controller.abort(),
    wait: async (milliseconds) => {
      try {
        await pause(milliseconds, undefined, { signal: controller.signal })
      } catch (cause) {
        throw new StoppedError('stopped while waiting', { cause })
      }
    },
  }
}
