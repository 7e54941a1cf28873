import { createHash } from 'node:crypto'
import type { ApiClient } from '../../client/api-client.ts'
import { itemsOf } from '../../client/pages.ts'
import { chunked } from '../plan/quantities.ts'

/** Units of one product to begin with. */
export interface OpeningLine {
  readonly sku: string
  readonly productId: string
  readonly quantity: number
}

/** What the ledger got, and what it had already. */
export interface OpeningStock {
  recorded: number
  units: number
  present: number
}

const MOST_LINES = 500

/**
 * Records opening stock at a location, once. Products that the ledger already shows an opening receipt for at this
 * location are left alone, whatever their amount then was; the keys of the others follow from what is sent, so two
 * imports at the same time have one effect as well.
 */
export async function recordOpeningStock(
  api: ApiClient,
  location: { readonly code: string; readonly id: string },
  lines: readonly OpeningLine[],
  onProgress: (done: number) => void,
): Promise<OpeningStock> {
  const reference = { type: 'IMPORT', id: `opening-stock:${location.code}` }
  const present = await productsWithOpeningStock(api, reference)
  const missing = lines.filter(({ productId, quantity }) => quantity > 0 && !present.has(productId))
  const result = { recorded: 0, units: 0, present: present.size }
  for (const some of chunked(missing, MOST_LINES)) {
    const body = {
      type: 'RECEIPT',
      reason: 'RECEIVED',
      reference,
      lines: some.map(({ productId, quantity }) => ({
        product_id: productId,
        location_id: location.id,
        delta: quantity,
      })),
    }
    const idempotencyKey = openingKey(location.code, some)
    await api.expect({ method: 'POST', path: '/stock-movements', body, idempotencyKey }, [201])
    result.recorded += some.length
    result.units += some.reduce((sum, { quantity }) => sum + quantity, 0)
    onProgress(some.length)
  }
  return result
}

async function productsWithOpeningStock(
  api: ApiClient,
  reference: { readonly type: string; readonly id: string },
): Promise<Set<string>> {
  const query = new URLSearchParams({
    type: 'RECEIPT',
    reference_type: reference.type,
    reference_id: reference.id,
    limit: '200',
  })
  const products = new Set<string>()
  for await (const entry of itemsOf<{ product_id: string }>(api, `/stock-movements?${query}`))
    products.add(entry.product_id)
  return products
}

function openingKey(location: string, lines: readonly OpeningLine[]): string {
  const content = JSON.stringify([location, lines.map(({ sku, quantity }) => [sku, quantity])])
  return `opening-stock-${createHash('sha256').update(content).digest('hex').slice(0, 40)}`
}
