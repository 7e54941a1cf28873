import { createTestDatabase } from '@stockgate/test-kit'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { openDatabase } from '../src/database.ts'
import { isDatabaseOutage } from '../src/database-errors.ts'

async function twoPools(t: Test) {
  const { url } = await createTestDatabase(t)
  const lost = Promise.withResolvers<Error>()
  const db = openDatabase(new URL(url), { max: 1, onLostConnection: lost.resolve })
  const killer = openDatabase(new URL(url), { max: 1 })
  t.teardown(() => Promise.all([db.destroy(), killer.destroy()]))
  return { db, killer, lost: lost.promise }
}

t.test(
  'a connection that ends between two statements of a transaction fails it and not the process',
  async (t) => {
    const { db, killer, lost } = await twoPools(t)
    const failure = await db
      .transaction()
      .execute(async (trx) => {
        const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(trx)
        await sql`select pg_terminate_backend(${rows[0]?.pid})`.execute(killer)
        await lost
        await sql`select 1`.execute(trx)
      })
      .catch((error) => error)
    t.ok(isDatabaseOutage(failure), failure.message)
    t.same((await sql`select 1 as one`.execute(db)).rows, [{ one: 1 }], 'a new connection takes its place')
  },
)

t.test('an idle connection that ends is told of and replaced', async (t) => {
  const { db, killer, lost } = await twoPools(t)
  const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db)
  await sql`select pg_terminate_backend(${rows[0]?.pid})`.execute(killer)
  t.match(await lost, { message: /terminat/ })
  t.same((await sql`select 1 as one`.execute(db)).rows, [{ one: 1 }])
})
