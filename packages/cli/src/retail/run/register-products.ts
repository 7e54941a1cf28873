import type { Answer, ApiClient } from '../../client/api-client.ts'
import { describe, RefusedError } from '../../client/api-error.ts'
import type { NamedProduct } from '../file/product-names.ts'
import { chunked } from '../plan/quantities.ts'

/** How many products were new and how many were there already. */
export interface Registered {
  created: number
  present: number
}

interface BatchItem {
  readonly index: number
  readonly status: number
  readonly problem?: unknown
}

const MOST_ITEMS = 500

/** Makes sure every product exists under its sku with its name. Rejects with a RefusedError when one may not. */
export async function registerProducts(
  api: ApiClient,
  products: readonly NamedProduct[],
  onProgress: (done: number) => void,
): Promise<Registered> {
  const result = { created: 0, present: 0 }
  for (const items of chunked(products, MOST_ITEMS)) {
    const call = { method: 'POST', path: '/products/batch', body: { items } } as const
    const answer = await api.expect(call, [207])
    for (const item of itemsIn(answer)) {
      if (item.status >= 400) throw new RefusedError(call, asAnswer(item, items))
      if (item.status === 201) result.created++
      else result.present++
    }
    onProgress(items.length)
  }
  return result
}

function itemsIn(answer: Answer): readonly BatchItem[] {
  return (answer.body as { items: readonly BatchItem[] }).items
}

function asAnswer({ status, problem, index }: BatchItem, items: readonly NamedProduct[]): Answer {
  const detail = `product ${items[index]?.sku}: ${describe({ status, headers: {}, body: problem })}`
  return { status: 207, headers: {}, body: { detail } }
}
