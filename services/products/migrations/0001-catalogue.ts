import { createKitTables } from '@stockgate/service-kit'
import { type Kysely, sql } from 'kysely'

/**
 * Products, locations and the codes a scanner reads for either. Ids and codes compare by their bytes ("C"), so that
 * sorting and cursors are the same on every server. Times are kept in milliseconds: what JSON shows is all there is.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await createKitTables(db)
  await sql`
    create table products (
      id text collate "C" primary key,
      sku text collate "C" not null constraint products_sku_unique unique,
      name text not null,
      description text,
      status text not null default 'ACTIVE' check (status in ('ACTIVE', 'ARCHIVED')),
      unit_code text not null default 'C62',
      unit_decimals integer not null default 0 check (unit_decimals between 0 and 6),
      attributes jsonb not null default '{}',
      -- name and sku in lower case: searched by, never shown
      search text not null,
      version bigint not null default 1,
      created_at timestamptz(3) not null default clock_timestamp(),
      updated_at timestamptz(3) not null default clock_timestamp()
    )`.execute(db)
  await sql`create index products_by_update on products (updated_at, id)`.execute(db)
  await sql`
    create table locations (
      id text collate "C" primary key,
      code text collate "C" not null constraint locations_code_unique unique,
      name text not null,
      type text not null check (type in ('WAREHOUSE', 'ZONE', 'BIN', 'STORE')),
      status text not null default 'ACTIVE' check (status in ('ACTIVE', 'ARCHIVED')),
      parent_id text collate "C" references locations,
      version bigint not null default 1,
      created_at timestamptz(3) not null default clock_timestamp(),
      updated_at timestamptz(3) not null default clock_timestamp(),
      check (parent_id <> id)
    )`.execute(db)
  await sql`create index locations_by_parent on locations (parent_id)`.execute(db)
  await sql`
    create table barcodes (
      value text collate "C" constraint barcodes_unique primary key,
      type text not null check (type in ('GTIN', 'CODE')),
      product_id text collate "C" references products,
      location_id text collate "C" references locations,
      pack_quantity bigint not null default 1 check (pack_quantity > 0),
      position integer not null default 0,
      check ((product_id is null) <> (location_id is null))
    )`.execute(db)
  await sql`create index barcodes_by_product on barcodes (product_id)`.execute(db)
  await sql`create index barcodes_by_location on barcodes (location_id)`.execute(db)
}
