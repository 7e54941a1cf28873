import { sql } from 'kysely'
import type { ProductRef } from '../domain/ledger.ts'
import type { Fault } from '../domain/refusal.ts'
import type { Trx } from './tables.ts'

export interface KnownProduct {
  readonly id: string
  readonly sku: string
  readonly status: 'ACTIVE' | 'ARCHIVED'
}

/**
 * The products that lines name, in the order of the lines; a fault for each line whose product is unknown or archived.
 * With `lock` none of them can be archived before the transaction ends.
 */
export async function productsOf(
  trx: Trx,
  lines: readonly ProductRef[],
  { lock }: { lock: boolean },
): Promise<{ products: (KnownProduct | undefined)[]; faults: Fault[] }> {
  const ids = lines.flatMap((line) => line.productId ?? [])
  const skus = lines.flatMap((line) => line.sku ?? [])
  const { rows } = await sql<KnownProduct>`
    select id, sku, status from products where id = any(${ids}::text[]) or sku = any(${skus}::text[])
    order by id ${lock ? sql`for key share` : sql``}`.execute(trx)
  const byId = new Map(rows.map((row) => [row.id, row]))
  const bySku = new Map(rows.map((row) => [row.sku, row]))
  const faults: Fault[] = []
  const products = lines.map((line, index) => {
    const found = line.productId !== undefined ? byId.get(line.productId) : bySku.get(line.sku as string)
    if (found?.status === 'ACTIVE') return found
    const name = line.productId !== undefined ? 'product_id' : 'sku'
    faults.push({
      pointer: `#/lines/${index}/${name}`,
      detail: found ? 'this product is archived' : 'no product has it',
      code: 'UNKNOWN_PRODUCT',
    })
    return undefined
  })
  return { products, faults }
}

/** Faults for lines that name no usable location; those named can not be archived before the transaction ends. */
export async function locationFaults(
  trx: Trx,
  named: readonly { readonly id: string; readonly pointer: string }[],
): Promise<Fault[]> {
  const { rows } = await sql<{ id: string; status: string }>`
    select id, status from locations where id = any(${named.map(({ id }) => id)}::text[])
    order by id for key share`.execute(trx)
  const status = new Map(rows.map((row) => [row.id, row.status]))
  return named.flatMap(({ id, pointer }): Fault[] => {
    if (status.get(id) === 'ACTIVE') return []
    const detail = status.has(id) ? 'this location is archived' : 'no location has this id'
    return [{ pointer, detail, code: 'UNKNOWN_LOCATION' }]
  })
}
