import { createTestDatabase, errorWith } from '@stockgate/test-kit'
import { type Kysely, sql } from 'kysely'
import t, { type Test } from 'tap'
import { openDatabase } from '../src/database.ts'
import { beginKey, claimKey, completeKey, forgetOldKeys, once, readAnswer } from '../src/idempotency.ts'
import type { IdempotentCall } from '../src/idempotency-key.ts'
import { createKitTables, type KitTables } from '../src/migrations.ts'

interface Tables extends KitTables {
  effects: { name: string }
}

async function open(t: Test): Promise<Kysely<Tables>> {
  const { url } = await createTestDatabase(t)
  const db = openDatabase<Tables>(new URL(url))
  t.teardown(() => db.destroy())
  await createKitTables(db as unknown as Kysely<unknown>)
  await sql`create table effects (name text)`.execute(db)
  return db
}

const call: IdempotentCall = { owner: 'demo 42 POST /things', key: 'k1', fingerprint: 'f1' }
const effects = async (db: Kysely<Tables>) => (await db.selectFrom('effects').selectAll().execute()).length

function make(db: Kysely<Tables>, one: IdempotentCall = call) {
  return once(db, one, async (trx) => {
    await trx.insertInto('effects').values({ name: 'made' }).execute()
    return { status: 201, headers: { location: '/things/1' }, body: { id: 1 } }
  })
}

t.test('a repeated call has one effect and gets the same bytes, marked as replayed', async (t) => {
  const db = await open(t)
  const first = await make(db)
  const second = await make(db)
  t.same(first, { status: 201, headers: { location: '/things/1' }, text: '{"id":1}', replayed: false })
  t.same(second, { ...first, replayed: true })
  t.equal(await effects(db), 1)
})

t.test('twenty copies at once have one effect; each is answered alike or told to wait', async (t) => {
  const db = await open(t)
  const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => make(db)))
  for (const outcome of outcomes) {
    if (outcome.status === 'fulfilled') t.equal(outcome.value.text, '{"id":1}')
    else t.match(outcome.reason, { kind: { slug: 'idempotency-key-in-flight' } })
  }
  t.equal(await effects(db), 1)
})

t.test('the same key with another payload is refused with 422', async (t) => {
  const db = await open(t)
  await make(db)
  await t.rejects(make(db, { ...call, fingerprint: 'f2' }), errorWith({ statusCode: 422 }))
})

t.test('the same key of another owner is another key', async (t) => {
  const db = await open(t)
  await make(db)
  t.equal((await make(db, { ...call, owner: 'demo 43 POST /things' })).replayed, false)
  t.equal(await effects(db), 2)
})

t.test('an effect that throws leaves nothing behind, and the key may be used again', async (t) => {
  const db = await open(t)
  const failing = once(db, call, async (trx) => {
    await trx.insertInto('effects').values({ name: 'half' }).execute()
    throw new Error('no')
  })
  await t.rejects(failing, /no/)
  t.equal(await effects(db), 0)
  t.equal((await make(db)).replayed, false)
})

t.test('an effect in several transactions is begun first, then answered once and for all', async (t) => {
  const db = await open(t)
  await db.transaction().execute(async (trx) => {
    t.same(await claimKey(trx, call), { state: 'fresh' })
    await beginKey(trx, call, 'thing_1')
  })
  t.same(await db.transaction().execute((trx) => claimKey(trx, call)), { state: 'begun', subject: 'thing_1' })
  t.equal(await readAnswer(db, call), undefined)
  const first = await completeKey(db, call, { status: 201, body: { by: 'request' } })
  const late = await completeKey(db, call, { status: 409, body: { by: 'job' } })
  t.same(
    [first.text, late.text, late.status, late.replayed],
    ['{"by":"request"}', '{"by":"request"}', 201, true],
  )
  t.same(await readAnswer(db, call), late)
  const state = await db.transaction().execute((trx) => claimKey(trx, call))
  t.match(state, { state: 'answered', answer: { status: 201, text: '{"by":"request"}' } })
})

t.test('keys are forgotten after seven days and not before', async (t) => {
  const db = await open(t)
  await make(db)
  await sql`update idempotency_keys set created_at = now() - interval '6 days 23 hours'`.execute(db)
  await forgetOldKeys(db)
  t.equal((await make(db)).replayed, true)
  await sql`update idempotency_keys set created_at = now() - interval '7 days 1 minute'`.execute(db)
  await forgetOldKeys(db)
  t.equal((await make(db)).replayed, false)
})
