import type { RouteShown } from './routes.ts'

const NOBODY = '01m81xnr6vexva08k2gx78j878'

/** Ids as good as any that nothing has. */
const IDS: Readonly<Record<string, string>> = {
  product_id: `prd_${NOBODY}`,
  location_id: `loc_${NOBODY}`,
  movement_id: `mov_${NOBODY}`,
  reservation_id: `rsv_${NOBODY}`,
  order_id: `ord_${NOBODY}`,
  fulfillment_id: `ful_${NOBODY}`,
  user_id: 'nobody',
  data: '4006381333931',
  uid: 'nobody-signs-in',
}

/** A body each writing route would take, were its ids known. */
const BODIES: Readonly<Record<string, object>> = {
  'POST /products': { sku: 'SAMPLE', name: 'Sample' },
  'POST /products/batch': { items: [{ sku: 'SAMPLE', name: 'Sample' }] },
  'PATCH /products/{product_id}': { name: 'Sample' },
  'POST /locations': { code: 'SAMPLE', name: 'Sample', type: 'BIN' },
  'PATCH /locations/{location_id}': { name: 'Sample' },
  'PATCH /stock-levels/{product_id}/{location_id}': { reorder_point: 1 },
  'POST /stock-movements': {
    type: 'RECEIPT',
    lines: [{ sku: 'SAMPLE', location_id: IDS.location_id, delta: 1 }],
  },
  'PUT /stock-movements/{movement_id}/reversal': {},
  'PUT /reservations/{reservation_id}': {
    reference: { type: 'ORDER', id: IDS.order_id },
    lines: [{ line_id: '1', sku: 'SAMPLE', quantity: 1 }],
  },
  'PUT /reservations/{reservation_id}/confirmation': {},
  'PUT /reservations/{reservation_id}/release': {},
  'POST /reservations/{reservation_id}/consumptions': {
    fulfillment_id: IDS.fulfillment_id,
    lines: [{ line_id: '1', quantity: 1 }],
  },
  'POST /orders': { lines: [{ sku: 'SAMPLE', quantity: 1 }] },
  'PATCH /orders/{order_id}': { note: 'sample' },
  'PUT /orders/{order_id}/cancellation': { reason: 'sample' },
  'POST /orders/{order_id}/fulfillments': { lines: [{ line_id: '1', quantity: 1 }] },
  'PUT /orders/{order_id}/fulfillments/{fulfillment_id}/shipment': {},
  'PUT /orders/{order_id}/fulfillments/{fulfillment_id}/cancellation': {},
}

/** Whether a call of this route carries a JSON document. */
export function takesBody({ service, method }: RouteShown): boolean {
  return service !== 'identity' && ['POST', 'PUT', 'PATCH'].includes(method)
}

/** The address of a route with ids that nothing has, or with one and the same in every place. */
export function addressOf({ path }: RouteShown, id?: string): string {
  return path.replace(/\{(\w+)\}/g, (all, name: string) => id ?? IDS[name] ?? all)
}

/** A good body of a route that takes one. Throws where none is written down: a new route needs one. */
export function bodyOf(route: RouteShown): object | undefined {
  if (!takesBody(route)) return undefined
  const body = BODIES[route.name]
  if (!body) throw new Error(`no sample body for ${route.name}`)
  return body
}

/** The media type a route takes. */
export function mediaTypeOf({ method }: RouteShown): string {
  return method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
}
