import type { TestService } from './service.ts'

/** A product with stock at a location, as most tests need one. */
export async function stocked(
  service: TestService,
  { sku = 'BOLT-M8', onHand = 10, code = 'MAIN' }: { sku?: string; onHand?: number; code?: string } = {},
) {
  const product = (await service.post('/products', { sku, name: `Product ${sku}` })).body
  const location = await locationOf(service, code)
  if (onHand > 0) await receive(service, product.id, location.id, onHand)
  return { product, location, level: `/stock-levels/${product.id}/${location.id}` }
}

/** The location with this code, made when it is not there. */
export async function locationOf(service: TestService, code: string) {
  const known = await service.get(`/locations?code=${code}`)
  return (
    known.body.items[0] ?? (await service.post('/locations', { code, name: code, type: 'WAREHOUSE' })).body
  )
}

export async function receive(service: TestService, product_id: string, location_id: string, delta: number) {
  return service.post('/stock-movements', { type: 'RECEIPT', lines: [{ product_id, location_id, delta }] })
}

/** A hold of `quantity` on each sku. */
export function hold(quantities: Record<string, number>, order = 'ord_1') {
  return {
    reference: { type: 'ORDER', id: order },
    expires_in: 'PT15M',
    lines: Object.entries(quantities).map(([sku, quantity], index) => ({
      line_id: String(index + 1),
      sku,
      quantity,
    })),
  }
}
