import { type Kysely, sql } from 'kysely'

/**
 * Promises of stock. What a promise still holds is `quantity − consumed − released` of its allocations, and the sum of
 * that over a level is the level's `reserved`. A tombstone is a RELEASED row with nothing else: it refuses a reserve
 * that arrives after its release.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table reservations (
      id text collate "C" primary key,
      status text not null check (status in ('HELD', 'CONFIRMED', 'CONSUMED', 'RELEASED', 'EXPIRED')),
      reference_type text,
      reference_id text,
      -- hash of the call that made it; null for a tombstone
      fingerprint text,
      expires_at timestamptz(3),
      version bigint not null default 1,
      created_at timestamptz(3) not null default clock_timestamp(),
      updated_at timestamptz(3) not null default clock_timestamp(),
      check (status = 'RELEASED' or (fingerprint is not null and expires_at is not null))
    ) with (fillfactor = 70)`.execute(db)
  await sql`create index reservations_due on reservations (expires_at, id) where status = 'HELD'`.execute(db)
  await sql`
    create table reservation_lines (
      reservation_id text collate "C" not null references reservations,
      line_id text collate "C" not null,
      position integer not null,
      product_id text collate "C" not null,
      sku text not null,
      quantity bigint not null check (quantity > 0),
      primary key (reservation_id, line_id)
    )`.execute(db)
  await sql`
    create table reservation_allocations (
      reservation_id text collate "C" not null,
      line_id text collate "C" not null,
      position integer not null,
      product_id text collate "C" not null,
      location_id text collate "C" not null,
      quantity bigint not null check (quantity > 0),
      consumed bigint not null default 0 check (consumed >= 0),
      released bigint not null default 0 check (released >= 0),
      primary key (reservation_id, line_id, location_id),
      foreign key (reservation_id, line_id) references reservation_lines,
      foreign key (product_id, location_id) references stock_levels,
      check (consumed + released <= quantity)
    ) with (fillfactor = 70)`.execute(db)
  await sql`
    create table reservation_consumptions (
      reservation_id text collate "C" not null references reservations,
      fulfillment_id text collate "C" not null,
      fingerprint text not null,
      -- the answer as first given: a repeat gets the same
      result jsonb not null,
      created_at timestamptz(3) not null default clock_timestamp(),
      primary key (reservation_id, fulfillment_id)
    )`.execute(db)
}
