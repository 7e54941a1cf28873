import { sql } from 'kysely'
import type { Test } from 'tap'
import type { Database } from '../../src/store/tables.ts'

/** What must hold at any moment, each as a query that finds whatever breaks it. */
const LAWS: Readonly<Record<string, ReturnType<typeof sql>>> = {
  'on_hand is the sum of the ledger': sql`
    select l.product_id from stock_levels l
    left join (select product_id, location_id, sum(delta) as total from stock_movements group by 1, 2) m
      using (product_id, location_id)
    where l.on_hand <> coalesce(m.total, 0)`,
  'on_hand_after chains without gap': sql`
    select id from (
      select id, delta, on_hand_after, sequence,
        lag(on_hand_after, 1, 0::bigint) over chain as before, row_number() over chain as place
      from stock_movements window chain as (partition by product_id, location_id order by sequence)) m
    where on_hand_after <> before + delta or sequence <> place`,
  'the sequence of a level is its newest row': sql`
    select l.product_id from stock_levels l
    where l.sequence <> (select count(*) from stock_movements m
      where m.product_id = l.product_id and m.location_id = l.location_id)`,
  'reserved is what reservations hold': sql`
    select l.product_id from stock_levels l
    where l.reserved <> (
      select coalesce(sum(a.quantity - a.consumed - a.released), 0) from reservation_allocations a
      where a.product_id = l.product_id and a.location_id = l.location_id)`,
  'a reservation that has ended holds nothing': sql`
    select r.id from reservations r join reservation_allocations a on a.reservation_id = r.id
    where r.status not in ('HELD', 'CONFIRMED') and a.consumed + a.released < a.quantity`,
  'an open reservation holds something': sql`
    select r.id from reservations r
    where r.status in ('HELD', 'CONFIRMED') and not exists (
      select from reservation_allocations a
      where a.reservation_id = r.id and a.consumed + a.released < a.quantity)`,
  'lines are allocated whole': sql`
    select l.line_id from reservation_lines l
    where l.quantity <> (select coalesce(sum(a.quantity), 0) from reservation_allocations a
      where a.reservation_id = l.reservation_id and a.line_id = l.line_id)`,
  'what was consumed stands in the ledger': sql`
    select 1 where (select coalesce(sum(consumed), 0) from reservation_allocations)
      <> (select coalesce(-sum(delta), 0) from stock_movements where type = 'SHIPMENT')`,
}

/** Fails the test for each law that the database breaks. */
export async function checkBooks(t: Test, db: Database): Promise<void> {
  for (const [law, breaches] of Object.entries(LAWS)) t.same((await breaches.execute(db)).rows, [], law)
}
