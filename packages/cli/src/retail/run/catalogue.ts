import type { ApiClient } from '../../client/api-client.ts'
import { itemsOf } from '../../client/pages.ts'

/** The products of the API, both ways. */
export interface Catalogue {
  readonly idOf: ReadonlyMap<string, string>
  readonly skuOf: ReadonlyMap<string, string>
}

/** Reads the whole list of products. */
export async function readCatalogue(api: ApiClient): Promise<Catalogue> {
  const idOf = new Map<string, string>()
  const skuOf = new Map<string, string>()
  for await (const { id, sku } of itemsOf<{ id: string; sku: string }>(
    api,
    '/products?limit=200&fields=id,sku',
  )) {
    idOf.set(sku, id)
    skuOf.set(id, sku)
  }
  return { idOf, skuOf }
}
