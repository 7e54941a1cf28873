import { NoQuery, problemResponses, type ServiceApp, sendTagged, words } from '@stockgate/service-kit'
import Type from 'typebox'
import { readScan, refuseMisread } from '../domain/barcode.ts'
import type { Gs1Data } from '../domain/gs1.ts'
import { Refusal } from '../domain/refusal.ts'
import type { RouteContext } from './context.ts'
import { LocationOutput, locationBody } from './location-schemas.ts'
import { ProductOutput, productBody } from './product-schemas.ts'

const MOST_CHARACTERS = 512

const Answer = Type.Object({
  data: Type.String(),
  kind: words(['PRODUCT', 'PACK', 'LOT', 'SERIAL', 'LOCATION']),
  pack_quantity: Type.Integer({ description: 'Units that this one scan stands for.' }),
  product: Type.Union([ProductOutput, Type.Null()]),
  location: Type.Union([LocationOutput, Type.Null()]),
  gtin: Type.Union([Type.String(), Type.Null()]),
  lot: Type.Union([Type.String(), Type.Null()]),
  serial: Type.Union([Type.String(), Type.Null()]),
  expires_on: Type.Union([Type.String({ format: 'date' }), Type.Null()]),
  count: Type.Union([Type.Integer(), Type.Null()]),
  sscc: Type.Union([Type.String(), Type.Null()]),
})

/** What a scanner read, resolved to whatever carries it. */
export function barcodeRoutes(app: ServiceApp, { catalogue, locations, now }: RouteContext): void {
  app.get(
    '/barcodes/:data',
    {
      config: { scopes: ['products:read'] },
      schema: {
        operationId: 'resolveBarcode',
        tags: ['products'],
        summary: 'Resolve a scanned barcode',
        description:
          'Takes GTINs, codes registered at products and locations, skus, location codes, and GS1 element strings ' +
          'with the identifiers 00, 01, 02, 10, 17, 21 and 37, in brackets or as scanned.',
        params: Type.Object({ data: Type.String({ minLength: 1, maxLength: MOST_CHARACTERS }) }),
        querystring: NoQuery,
        response: { 200: Answer, ...problemResponses(400, 401, 403, 404) },
      },
    },
    async (request, reply) => {
      const { data } = request.params
      const { candidates, told } = readScan(data, new Date(now()))
      const registered = await catalogue.registered(candidates)
      if (!registered) {
        refuseMisread(data)
        throw new Refusal('barcode-unknown', 'Nothing carries this barcode.')
      }
      const product = registered.productId === null ? undefined : await catalogue.find(registered.productId)
      const location =
        registered.locationId === null ? undefined : await locations.find(registered.locationId)
      return sendTagged(request, reply, (product ?? location)?.version ?? 1, {
        data,
        kind: kindOf(registered.packQuantity, told, product !== undefined),
        pack_quantity: registered.packQuantity,
        product: product ? productBody(product) : null,
        location: location ? locationBody(location) : null,
        gtin: registered.type === 'GTIN' ? registered.value : null,
        lot: told.lot ?? null,
        serial: told.serial ?? null,
        expires_on: told.expiresOn ?? null,
        count: told.count ?? null,
        sscc: told.sscc ?? null,
      })
    },
  )
}

/** The narrowest thing the scan tells of: one article, its lot, a pack of several, or the product at large. */
function kindOf(packQuantity: number, told: Gs1Data, isProduct: boolean) {
  if (!isProduct) return 'LOCATION'
  if (told.serial !== undefined) return 'SERIAL'
  if (told.lot !== undefined) return 'LOT'
  return packQuantity > 1 ? 'PACK' : 'PRODUCT'
}
