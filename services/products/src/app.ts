import { type Cursors, createServiceApp, type ServiceApp, type ServiceOptions } from '@stockgate/service-kit'
import { sql } from 'kysely'
import { barcodeRoutes } from './http/barcode-routes.ts'
import type { RouteContext } from './http/context.ts'
import { locationRoutes } from './http/location-routes.ts'
import { movementRoutes } from './http/movement-routes.ts'
import { productBatchRoutes } from './http/product-batch-routes.ts'
import { productRoutes } from './http/product-routes.ts'
import { useRefusals } from './http/refusals.ts'
import { reservationRoutes } from './http/reservation-routes.ts'
import { stockLevelRoutes } from './http/stock-level-routes.ts'
import { createCatalogue } from './store/catalogue.ts'
import { createLedger } from './store/ledger.ts'
import { createLocations } from './store/locations.ts'
import { createReservations } from './store/reservations.ts'
import { createStockLevels } from './store/stock-levels.ts'
import type { Database } from './store/tables.ts'

export interface AppOptions extends Pick<ServiceOptions, 'verifyCaller' | 'logger' | 'publicUrl'> {
  readonly db: Database
  readonly cursors: Cursors
  /** Milliseconds since the epoch. Holds expire by the database's clock, not by this one. */
  readonly now?: () => number
}

const ROUTES = [
  productRoutes,
  productBatchRoutes,
  barcodeRoutes,
  locationRoutes,
  stockLevelRoutes,
  movementRoutes,
  reservationRoutes,
]

/** The products service over the given parts; it opens and closes none of them. */
export async function buildApp({ db, cursors, verifyCaller, logger, publicUrl, now = Date.now }: AppOptions) {
  const app = await createServiceApp({
    name: 'products',
    title: 'Stockgate products',
    description: 'Products, locations, stock levels, the ledger of movements, and reservations.',
    publicUrl,
    verifyCaller,
    checks: [{ name: 'database', check: () => sql`select 1`.execute(db) }],
    logger,
  })
  const context: RouteContext = {
    catalogue: createCatalogue(db),
    locations: createLocations(db),
    stockLevels: createStockLevels(db),
    ledger: createLedger(db),
    reservations: createReservations(db),
    cursors,
    now,
  }
  await app.register(async (scope) => {
    useRefusals(scope as ServiceApp)
    for (const routes of ROUTES) routes(scope as ServiceApp, context)
  })
  return app
}
