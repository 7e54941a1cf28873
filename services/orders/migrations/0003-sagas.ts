import { type Kysely, sql } from 'kysely'

/**
 * Work that needs products: what is to be called next is written here before it is called. Whoever holds the lease
 * (`leased_until` ahead) makes the call; `version` rises with every new holder, so that one who lost the lease cannot
 * write any more.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table sagas (
      id text collate "C" primary key,
      order_id text collate "C" not null references orders,
      kind text not null check (kind in ('PLACEMENT', 'RELEASE', 'SHIPMENT')),
      fulfillment_id text collate "C" references fulfillments,
      step text not null check (step in ('RESERVE', 'CONFIRM', 'RELEASE', 'CONSUME')),
      -- calls begun in this step
      attempts integer not null default 0,
      version bigint not null default 1,
      leased_until timestamptz,
      -- when nobody has taken it up by then, its job is lost and a new one is sent
      missed_after timestamptz not null,
      -- after this a placement is taken back
      deadline timestamptz,
      -- why the last call brought no answer
      failure text,
      trace_id text not null,
      created_at timestamptz(3) not null default clock_timestamp(),
      updated_at timestamptz(3) not null default clock_timestamp(),
      ended_at timestamptz(3),
      check ((kind = 'SHIPMENT') = (fulfillment_id is not null)),
      check ((kind = 'PLACEMENT') = (deadline is not null))
    ) with (fillfactor = 70)`.execute(db)
  await sql`create unique index sagas_placement on sagas (order_id) where kind = 'PLACEMENT'`.execute(db)
  await sql`
    create unique index sagas_shipment on sagas (fulfillment_id) where kind = 'SHIPMENT' and ended_at is null`.execute(
    db,
  )
  await sql`create index sagas_open on sagas (missed_after) where ended_at is null`.execute(db)
}
