import type { Jobs } from '@stockgate/service-kit'
import { sql } from 'kysely'
import { missedAfter, sendSagaJob } from './begin-saga.ts'
import type { Db } from './tables.ts'

const AT_ONCE = 200

/**
 * Sends a new job for each saga that has lost its own, as when its process died while running it. `everyone` means
 * each saga not ended: for a process that starts and would not wait. A job too many does no harm.
 */
export async function wakeLostSagas(db: Db, jobs: Jobs, { everyone = false } = {}): Promise<number> {
  let woken = 0
  let after = ''
  for (;;) {
    const ids = await db.transaction().execute(async (trx) => {
      const { rows } = await sql<{ id: string }>`
        update sagas set missed_after = ${missedAfter}
        where id in (
          select id from sagas
          where ended_at is null and id > ${after} and (${everyone} or missed_after < clock_timestamp())
          order by id limit ${AT_ONCE} for update skip locked
        )
        returning id`.execute(trx)
      for (const { id } of rows) await sendSagaJob(trx, jobs, id, 0)
      return rows.map(({ id }) => id)
    })
    woken += ids.length
    if (ids.length < AT_ONCE) return woken
    after = ids.toSorted().at(-1) as string
  }
}
