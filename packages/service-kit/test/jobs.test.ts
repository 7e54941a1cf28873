import { createTestDatabase } from '@stockgate/test-kit'
import { sql } from 'kysely'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { type JobQueue, openDatabase, startJobs } from '../src/index.ts'

const queue: JobQueue = { name: 'things', retries: 5, retryDelay: 1, retryDelayMax: 1, expires: 5 }
const soon = { atOnce: 5, pollEvery: 0.5 }

async function jobsOn(t: Test, url?: string) {
  const database = new URL(url ?? (await createTestDatabase(t)).url)
  const db = openDatabase<Record<string, never>>(database)
  const jobs = await startJobs(database, pino({ level: 'silent' }))
  t.teardown(async () => {
    await jobs.stop()
    await db.destroy()
  })
  return { db, jobs }
}

t.test('a job sent in a transaction runs once it commits and never when it rolls back', async (t) => {
  const { db, jobs } = await jobsOn(t)
  await jobs.define(queue)
  const seen: string[] = []
  await db
    .transaction()
    .execute(async (trx) => {
      await jobs.send(trx, 'things', { name: 'undone' })
      throw new Error('back')
    })
    .catch(() => {})
  await db.transaction().execute((trx) => jobs.send(trx, 'things', { name: 'done' }))
  await new Promise<void>((resolve) =>
    jobs.work<{ name: string }>('things', soon, async ({ name }) => {
      seen.push(name)
      resolve()
    }),
  )
  t.same(seen, ['done'])
})

t.test('a failed job runs again and does not take the others of its batch along', async (t) => {
  const { db, jobs } = await jobsOn(t)
  await jobs.define(queue)
  await db.transaction().execute(async (trx) => {
    await jobs.send(trx, 'things', { name: 'good' })
    await jobs.send(trx, 'things', { name: 'weak' })
  })
  const seen: string[] = []
  await new Promise<void>((resolve) =>
    jobs.work<{ name: string }>('things', soon, async ({ name }) => {
      seen.push(name)
      if (name === 'weak' && seen.filter((one) => one === 'weak').length < 2) throw new Error('not yet')
      if (name === 'weak') resolve()
    }),
  )
  t.same(seen.toSorted(), ['good', 'weak', 'weak'])
})

t.test('a job that keeps failing ends in the dead letter queue', async (t) => {
  const { db, jobs } = await jobsOn(t)
  await jobs.define({ ...queue, name: 'hopeless' })
  await jobs.define({ ...queue, retries: 0, deadLetter: 'hopeless' })
  await db.transaction().execute((trx) => jobs.send(trx, 'things', { name: 'bad' }))
  const dead = new Promise((resolve) => jobs.work('hopeless', soon, async (data) => resolve(data)))
  await jobs.work('things', soon, () => Promise.reject(new Error('no')))
  t.same(await dead, { name: 'bad' })
})

t.test('a job may wait before its first run', async (t) => {
  const { db, jobs } = await jobsOn(t)
  await jobs.define(queue)
  await db.transaction().execute((trx) => jobs.send(trx, 'things', {}, { delaySeconds: 60 }))
  const { rows } = await sql<{ wait: number }>`
    select extract(epoch from start_after - created_on)::float8 as wait from pgboss.job where name = 'things'`.execute(
    db,
  )
  t.ok((rows[0]?.wait ?? 0) > 55)
})

t.test('of jobs with the same key one waits at a time', async (t) => {
  const { db, jobs } = await jobsOn(t)
  await jobs.define({ ...queue, oneByKey: true })
  const send = (key: string) =>
    db.transaction().execute((trx) => jobs.send(trx, 'things', { key }, { key, delaySeconds: 1 }))
  for (const key of ['a', 'a', 'b', 'a']) await send(key)
  const seen: string[] = []
  await new Promise<void>((resolve) =>
    jobs.work<{ key: string }>('things', soon, async ({ key }) => {
      seen.push(key)
      if (seen.length === 2) await send('a')
      if (seen.length === 3) resolve()
    }),
  )
  t.same(seen.slice(0, 2).toSorted(), ['a', 'b'])
  t.equal(seen[2], 'a')
})

t.test('two processes may start on one new database and define the same queue anew', async (t) => {
  const { url } = await createTestDatabase(t)
  const [first, second] = await Promise.all([jobsOn(t, url), jobsOn(t, url)])
  await Promise.all([first.jobs.define(queue), second.jobs.define(queue)])
  await second.jobs.define({ ...queue, retries: 9 })
  const { rows } = await sql<{ retry_limit: number }>`
    select retry_limit from pgboss.queue where name = 'things'`.execute(first.db)
  t.same(rows, [{ retry_limit: 9 }])
})
