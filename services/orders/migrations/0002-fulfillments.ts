import { type Kysely, sql } from 'kysely'

/**
 * What leaves the house. A fulfillment with `shipping` set is on its way through products: from then on it can be
 * neither cancelled nor shipped in another way until products has answered.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table fulfillments (
      id text collate "C" primary key,
      order_id text collate "C" not null references orders,
      status text not null default 'PENDING' check (status in ('PENDING', 'SHIPPED', 'CANCELLED')),
      shipping boolean not null default false,
      carrier text,
      tracking text,
      -- the problem with which products refused the last shipment
      refusal jsonb,
      cancel_reason text,
      actor_sub text not null,
      actor_client_id text not null,
      version bigint not null default 1,
      created_at timestamptz(3) not null default clock_timestamp(),
      updated_at timestamptz(3) not null default clock_timestamp(),
      shipped_at timestamptz(3),
      cancelled_at timestamptz(3),
      check (not shipping or status = 'PENDING'),
      check ((status = 'SHIPPED') = (shipped_at is not null)),
      check ((status = 'CANCELLED') = (cancelled_at is not null))
    )`.execute(db)
  await sql`create index fulfillments_by_order on fulfillments (order_id, id)`.execute(db)
  await sql`
    create table fulfillment_lines (
      fulfillment_id text collate "C" not null references fulfillments,
      order_id text collate "C" not null,
      line_no integer not null,
      quantity bigint not null check (quantity > 0),
      primary key (fulfillment_id, line_no),
      foreign key (order_id, line_no) references order_lines
    )`.execute(db)
}
