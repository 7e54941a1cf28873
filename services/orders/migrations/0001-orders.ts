import { createKitTables } from '@stockgate/service-kit'
import { type Kysely, sql } from 'kysely'

/**
 * Orders and their lines. The line law is kept by the database itself: every unit ordered is at any moment in exactly
 * one place. Ids compare by their bytes ("C"), so lists sorted by id run in the order of creation on every server.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await createKitTables(db)
  await sql`
    create table orders (
      id text collate "C" primary key,
      user_id text not null,
      client_id text not null,
      external_id text,
      status text not null default 'PENDING'
        check (status in ('PENDING', 'CONFIRMED', 'CLOSED', 'REJECTED', 'CANCELLED')),
      backorder_policy text not null default 'REJECT' check (backorder_policy in ('REJECT')),
      note text,
      reservation_id text collate "C" not null unique,
      rejection jsonb,
      -- how many lines it has: lists weigh their pages by it
      line_count integer not null check (line_count > 0),
      -- the call that made it; its key waits for the answer that the end of the placement gives
      key_owner text not null,
      key text not null,
      trace_id text not null,
      version bigint not null default 1,
      created_at timestamptz(3) not null default clock_timestamp(),
      updated_at timestamptz(3) not null default clock_timestamp(),
      check ((status = 'REJECTED') = (rejection is not null))
    ) with (fillfactor = 80)`.execute(db)
  await sql`create index orders_by_user on orders (user_id, id)`.execute(db)
  await sql`create index orders_by_status on orders (status, id)`.execute(db)
  await sql`create index orders_by_external_id on orders (external_id, id) where external_id is not null`.execute(
    db,
  )
  await sql`
    create unique index orders_external_id_unique on orders (user_id, external_id)
    where external_id is not null and status <> 'REJECTED'`.execute(db)
  await sql`
    create table order_lines (
      order_id text collate "C" not null references orders,
      line_no integer not null,
      sku text not null,
      -- known once products holds a reservation
      product_id text,
      price_minor bigint check (price_minor >= 0),
      price_currency text,
      ordered bigint not null check (ordered > 0),
      pending bigint not null check (pending >= 0),
      reserved bigint not null default 0 check (reserved >= 0),
      backordered bigint not null default 0 check (backordered >= 0),
      fulfilled bigint not null default 0 check (fulfilled >= 0),
      cancelled bigint not null default 0 check (cancelled >= 0),
      returned bigint not null default 0 check (returned >= 0),
      -- the part of reserved that stands in fulfillments not shipped yet
      packed bigint not null default 0,
      primary key (order_id, line_no),
      check ((price_minor is null) = (price_currency is null)),
      constraint order_lines_law check (ordered = pending + reserved + backordered + fulfilled + cancelled),
      constraint order_lines_returned check (returned <= fulfilled),
      constraint order_lines_packed check (packed between 0 and reserved)
    ) with (fillfactor = 80)`.execute(db)
  await sql`
    create table cancellations (
      order_id text collate "C" primary key references orders,
      reason text not null,
      actor_sub text not null,
      actor_client_id text not null,
      created_at timestamptz(3) not null default clock_timestamp(),
      updated_at timestamptz(3) not null default clock_timestamp()
    )`.execute(db)
  await sql`
    create table order_events (
      event_no bigint generated always as identity primary key,
      order_id text collate "C" not null references orders,
      type text not null,
      data jsonb not null default '{}',
      -- null where the service itself acted
      actor_sub text,
      actor_client_id text,
      trace_id text not null,
      occurred_at timestamptz(3) not null default clock_timestamp()
    )`.execute(db)
  await sql`create index order_events_by_order on order_events (order_id, event_no)`.execute(db)
}
