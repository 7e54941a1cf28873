import { type Kysely, sql } from 'kysely'

/**
 * Levels and their ledger. A level is the sum of its ledger rows; the ledger is written once and then refuses every
 * change, whoever asks. `reserved` may exceed `on_hand`: a real loss must be recordable even of promised goods.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table stock_levels (
      product_id text collate "C" not null references products,
      location_id text collate "C" not null references locations,
      on_hand bigint not null default 0 check (on_hand between 0 and 1000000000000),
      reserved bigint not null default 0 check (reserved >= 0),
      unavailable bigint not null default 0 check (unavailable >= 0),
      available bigint not null generated always as (on_hand - reserved - unavailable) stored,
      reorder_point bigint check (reorder_point >= 0),
      reorder_quantity bigint check (reorder_quantity > 0),
      condition text not null generated always as (
        case
          when on_hand - reserved - unavailable < 0 then 'SHORT'
          when on_hand - reserved - unavailable = 0 then 'OUT'
          when on_hand - reserved - unavailable <= reorder_point then 'LOW'
          else 'OK'
        end) stored,
      -- number of the newest ledger row of this level
      sequence bigint not null default 0,
      version bigint not null default 1,
      updated_at timestamptz(3) not null default clock_timestamp(),
      primary key (product_id, location_id)
    ) with (fillfactor = 60)`.execute(db)
  await sql`create index stock_levels_by_location on stock_levels (location_id, product_id)`.execute(db)
  await sql`
    create table stock_movements (
      entry_no bigint generated always as identity primary key,
      id text collate "C" not null unique,
      document_id text collate "C" not null,
      product_id text collate "C" not null,
      location_id text collate "C" not null,
      sequence bigint not null,
      type text not null check (type in
        ('RECEIPT', 'SHIPMENT', 'ADJUSTMENT', 'COUNT', 'TRANSFER_OUT', 'TRANSFER_IN', 'RETURN')),
      reason text not null,
      delta bigint not null check (delta <> 0 or type = 'COUNT'),
      on_hand_after bigint not null check (on_hand_after >= 0),
      note text,
      reference_type text,
      reference_id text,
      actor_sub text not null,
      actor_client_id text not null,
      reversal_of text collate "C" references stock_movements (id),
      trace_id text,
      occurred_at timestamptz(3) not null,
      recorded_at timestamptz(3) not null default clock_timestamp(),
      foreign key (product_id, location_id) references stock_levels,
      constraint stock_movements_chain unique (product_id, location_id, sequence)
    )`.execute(db)
  await sql`
    create unique index stock_movements_reversed_once on stock_movements (reversal_of)
    where reversal_of is not null`.execute(db)
  await sql`create index stock_movements_by_product on stock_movements (product_id, entry_no)`.execute(db)
  await sql`create index stock_movements_by_location on stock_movements (location_id, entry_no)`.execute(db)
  await sql`create index stock_movements_by_document on stock_movements (document_id)`.execute(db)
  await sql`
    create index stock_movements_by_reference on stock_movements (reference_id, reference_type, entry_no)
    where reference_id is not null`.execute(db)
  await sql`
    create function refuse_ledger_change() returns trigger language plpgsql as $$
    begin
      raise exception 'stock_movements is append-only: record a reversal instead of %', tg_op
        using errcode = 'restrict_violation';
    end $$`.execute(db)
  await sql`
    create trigger stock_movements_append_only before update or delete on stock_movements
    for each row execute function refuse_ledger_change()`.execute(db)
  await sql`
    create trigger stock_movements_never_emptied before truncate on stock_movements
    for each statement execute function refuse_ledger_change()`.execute(db)
}
