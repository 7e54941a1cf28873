import { type Jobs, periodically, type ServiceOptions } from '@stockgate/service-kit'
import type { SagaRunner } from './domain/saga-runner.ts'
import { SAGA_QUEUE } from './store/begin-saga.ts'
import { wakeLostSagas } from './store/lost-sagas.ts'
import type { Db } from './store/tables.ts'

/** Where a job goes that has failed for a quarter of an hour; its saga is woken anew for as long as it takes. */
const GIVEN_UP = 'sagas-given-up'
const LOOK_FOR_LOST_MS = 30_000

export interface Attendance {
  stop(): Promise<void>
}

/** Lets jobs drive the sagas that no request drives: those of dead processes first, then whatever is left waiting. */
export async function attendSagas(
  db: Db,
  jobs: Jobs,
  runner: SagaRunner,
  log: ServiceOptions['logger'],
): Promise<Attendance> {
  const patience = { retryDelay: 2, retryDelayMax: 15, expires: 60 }
  await jobs.define({ name: GIVEN_UP, retries: 0, ...patience })
  await jobs.define({ name: SAGA_QUEUE, retries: 60, ...patience, deadLetter: GIVEN_UP, oneByKey: true })
  const woken = await wakeLostSagas(db, jobs, { everyone: true })
  if (woken > 0) log.info({ sagas: woken }, 'resuming sagas left by an earlier process')
  await jobs.work<{ saga: string }>(SAGA_QUEUE, { atOnce: 20, pollEvery: 0.5 }, async ({ saga }) => {
    if (!(await runner.resume(saga))) throw new Error(`saga ${saga} has not ended`)
  })
  await jobs.work<{ saga: string }>(GIVEN_UP, { atOnce: 5, pollEvery: 30 }, async ({ saga }) => {
    log.error({ saga }, 'saga does not end; it is tried again every other minute')
  })
  const sweep = periodically('lost sagas', LOOK_FOR_LOST_MS, () => wakeLostSagas(db, jobs), log)
  return {
    async stop() {
      await sweep.stop()
      await runner.stop()
    },
  }
}
