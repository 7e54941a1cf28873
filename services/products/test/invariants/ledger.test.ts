import { sql } from 'kysely'
import t from 'tap'
import { startService } from '../kit/service.ts'
import { stocked } from '../kit/stock.ts'

t.test('the database itself refuses to change, delete or empty the ledger', async (t) => {
  const service = await startService(t)
  await stocked(service)
  for (const attempt of [
    sql`update stock_movements set delta = 11`,
    sql`update stock_movements set note = 'harmless'`,
    sql`delete from stock_movements`,
    sql`truncate stock_movements`,
    sql`truncate stock_movements, stock_levels, products cascade`,
    sql`insert into stock_movements (id, document_id, product_id, location_id, sequence, type, reason, delta,
        on_hand_after, actor_sub, actor_client_id, occurred_at)
      select id, document_id, product_id, location_id, sequence, type, reason, delta, on_hand_after, actor_sub,
        actor_client_id, occurred_at from stock_movements
      on conflict (id) do update set delta = 99`,
  ])
    await t.rejects(attempt.execute(service.db), /append-only/)
  const { items } = (await service.get('/stock-movements')).body
  t.match(items, [{ delta: 10, on_hand_after: 10 }])
})

t.test('the database refuses levels that cannot be, but not promises beyond what is there', async (t) => {
  const service = await startService(t)
  await stocked(service)
  for (const impossible of [
    sql`update stock_levels set on_hand = -1`,
    sql`update stock_levels set reserved = -1`,
    sql`update stock_levels set unavailable = -1`,
    sql`update stock_levels set on_hand = 1000000000001`,
  ])
    await t.rejects(impossible.execute(service.db), { code: '23514' })
  await sql`update stock_levels set reserved = 11`.execute(service.db)
})

t.test('the database refuses a second row with the same number in the chain of a level', async (t) => {
  const service = await startService(t)
  await stocked(service)
  const copy = sql`
    insert into stock_movements (id, document_id, product_id, location_id, sequence, type, reason, delta, on_hand_after,
      actor_sub, actor_client_id, occurred_at)
    select 'mov_copy', document_id, product_id, location_id, sequence, type, reason, delta, on_hand_after, actor_sub,
      actor_client_id, occurred_at from stock_movements`
  await t.rejects(copy.execute(service.db), /stock_movements_chain/)
})
