import { consume } from './consume-step.ts'
import { confirmHold, reserve } from './place-step.ts'
import { release } from './release-step.ts'
import type { Reservations } from './reservations.ts'
import { isStuck, type Saga, type Sagas, type StepResult } from './saga.ts'

export interface RunnerOptions {
  sagas: Sagas
  products: Reservations
  /** Told of runs that failed for a reason nobody foresaw; the saga's job tries again. */
  onError: (error: unknown, sagaId: string) => void
  now?: () => number
  sleep?: (milliseconds: number) => Promise<void>
}

/** Drives sagas, from the request that began them for as long as it waits, and from their jobs after that. */
export interface SagaRunner {
  /**
   * Runs a saga this process holds. While products is unclear it tries again until `patience` milliseconds are
   * over, then leaves the rest to the job. Never rejects.
   */
  launch(saga: Saga, patience: number): Promise<void>
  /** One run on behalf of its job; false when the saga has not ended by that. */
  resume(id: string): Promise<boolean>
  /** Tries no call again and resolves when no saga runs in this process any more. */
  stop(): Promise<void>
}

const FIRST_PAUSE = 100
const LONGEST_PAUSE = 1_000

export function createSagaRunner(options: RunnerOptions): SagaRunner {
  const { sagas, products, onError } = options
  const now = options.now ?? Date.now
  const sleep = options.sleep ?? ((ms) => new Promise((resolve) => setTimeout(resolve, ms)))
  const running = new Set<Promise<void>>()
  let stopping = false

  function step(saga: Saga): Promise<StepResult> {
    switch (saga.step) {
      case 'RESERVE':
        return reserve(sagas, products, saga)
      case 'CONFIRM':
        return confirmHold(sagas, products, saga)
      case 'RELEASE':
        return release(sagas, products, saga)
      case 'CONSUME':
        return consume(sagas, products, () => new Date(now()), saga)
    }
  }

  async function run(begun: Saga, patience: number): Promise<void> {
    const until = now() + patience
    let pause = FIRST_PAUSE
    let saga: Saga | undefined = begun
    while (saga) {
      const result: StepResult = await step(saga)
      if (!isStuck(result)) {
        saga = result
        continue
      }
      if (stopping || now() + pause > until) return sagas.leave(saga, result.failure)
      await sleep(pause)
      pause = Math.min(pause * 2, LONGEST_PAUSE)
      saga = await sagas.again(saga)
    }
  }

  function launch(saga: Saga, patience: number): Promise<void> {
    const done: Promise<void> = run(saga, patience)
      .catch((error) => onError(error, saga.id))
      .finally(() => running.delete(done))
    running.add(done)
    return done
  }

  return {
    launch,
    async resume(id) {
      if (await sagas.hasEnded(id)) return true
      const claimed = await sagas.claim(id)
      if (typeof claimed !== 'string') await launch(claimed, 0)
      return sagas.hasEnded(id)
    },
    async stop() {
      stopping = true
      while (running.size > 0) await Promise.all(running)
    },
  }
}
