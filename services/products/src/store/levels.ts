import { sql } from 'kysely'
import { type Level, levelKey } from '../domain/stock-level.ts'
import type { Trx } from './tables.ts'

/** Names one level. */
export interface Place {
  readonly productId: string
  readonly locationId: string
}

/** A change of one level: on_hand and sequence when rows were written for it, reserved by a difference. */
export interface LevelChange extends Place {
  readonly reserved: number
  readonly written?: { readonly onHand: number; readonly sequence: number }
}

const COLUMNS = sql`
  l.product_id as "productId", l.location_id as "locationId", l.on_hand as "onHand", l.reserved, l.unavailable,
  l.sequence`

/**
 * Locks levels until the transaction ends. Every transaction locks in the order (product, location), so no two can
 * wait for each other; the sort is below the lock, and the values are those after the wait.
 */
export async function lockLevels(trx: Trx, places: readonly Place[]): Promise<Level[]> {
  const productIds = places.map((place) => place.productId)
  const { rows } = await sql<Level>`
    select ${COLUMNS} from stock_levels l
    where l.product_id = any(${productIds}::text[])
      and (l.product_id, l.location_id) in (select * from unnest(
        ${productIds}::text[], ${places.map((place) => place.locationId)}::text[]))
    order by l.product_id, l.location_id for no key update of l`.execute(trx)
  return rows
}

/** Locks every level of the products, in the same order. */
export async function lockLevelsOf(trx: Trx, productIds: readonly string[]): Promise<Level[]> {
  const { rows } = await sql<Level>`
    select ${COLUMNS} from stock_levels l where l.product_id = any(${productIds}::text[])
    order by l.product_id, l.location_id for no key update of l`.execute(trx)
  return rows
}

/** Makes the levels that do not exist yet, empty; inserts in lock order, for the same reason. */
export async function ensureLevels(trx: Trx, places: readonly Place[]): Promise<void> {
  await sql`
    insert into stock_levels (product_id, location_id)
    select distinct p, l from unnest(
      ${places.map((place) => place.productId)}::text[],
      ${places.map((place) => place.locationId)}::text[]) as asked (p, l)
    where not exists (select from stock_levels where product_id = p and location_id = l)
    order by p, l
    on conflict do nothing`.execute(trx)
}

/**
 * Applies changes to levels the transaction has locked, one row each. The conditions repeat what the domain decided:
 * a row that does not meet them means a fault of ours, and everything is taken back.
 */
export async function changeLevels(trx: Trx, changes: readonly LevelChange[]): Promise<void> {
  if (changes.length === 0) return
  const productIds = changes.map((change) => change.productId)
  const result = await sql`
    update stock_levels l set
      reserved = l.reserved + c.reserved,
      on_hand = coalesce(c.on_hand, l.on_hand),
      sequence = coalesce(c.sequence, l.sequence),
      version = l.version + 1,
      updated_at = clock_timestamp()
    from unnest(
      ${productIds}::text[],
      ${changes.map((change) => change.locationId)}::text[],
      ${changes.map((change) => change.reserved)}::bigint[],
      ${changes.map((change) => change.written?.onHand ?? null)}::bigint[],
      ${changes.map((change) => change.written?.sequence ?? null)}::bigint[]
    ) as c (product_id, location_id, reserved, on_hand, sequence)
    where l.product_id = any(${productIds}::text[]) and l.product_id = c.product_id and l.location_id = c.location_id
      and (c.reserved <= 0 or l.on_hand - l.unavailable - l.reserved >= c.reserved)`.execute(trx)
  if (Number(result.numAffectedRows) !== changes.length)
    throw new Error(`${result.numAffectedRows} of ${changes.length} levels changed`)
}

/** One change per level out of any number of shares; `sign` 1 reserves, −1 gives back. */
export function reservedChanges(
  shares: readonly (Place & { readonly quantity: number })[],
  sign: 1 | -1,
): LevelChange[] {
  const byLevel = new Map<string, LevelChange>()
  for (const { productId, locationId, quantity } of shares) {
    const key = levelKey(productId, locationId)
    const reserved = (byLevel.get(key)?.reserved ?? 0) + sign * quantity
    byLevel.set(key, { productId, locationId, reserved })
  }
  return [...byLevel.values()]
}
