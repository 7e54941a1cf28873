import type { Jobs } from '@stockgate/service-kit'
import { sql } from 'kysely'
import { missedAfter, sendSagaJob } from './begin-saga.ts'
import type { Db } from './tables.ts'

const AT_ONCE = 200

/**
 * Sends a new job for each saga that has lost its own, as when its process died while running it. `everyone` means
 * each saga not ended: for a process that starts and would not wait. A job too many does no harm. A saga that
 * somebody still holds, dead or alive, gets its job for when the lease is over.
 */
export async function wakeLostSagas(db: Db, jobs: Jobs, { everyone = false } = {}): Promise<number> {
  let woken = 0
  let after = ''
  for (;;) {
    const ids = await db.transaction().execute(async (trx) => {
      const { rows } = await sql<{ id: string; held: number }>`
        update sagas set missed_after = ${missedAfter}
        where id in (
          select id from sagas
          where ended_at is null and id > ${after} and (${everyone} or missed_after < clock_timestamp())
          order by id limit ${AT_ONCE} for update skip locked
        )
        returning id, greatest(0, ceil(extract(epoch from leased_until - clock_timestamp())))::integer as held`.execute(
        trx,
      )
      for (const { id, held } of rows) await sendSagaJob(trx, jobs, id, held)
      return rows.map(({ id }) => id)
    })
    woken += ids.length
    if (ids.length < AT_ONCE) return woken
    after = ids.toSorted().at(-1) as string
  }
}
