import { inTransaction, once } from '@stockgate/service-kit'
import type { Catalogue } from '../domain/catalogue.ts'
import { findRegistered } from './barcodes.ts'
import { refusingDuplicates } from './duplicates.ts'
import { upsertBySku } from './product-batch.ts'
import { listProducts } from './product-list.ts'
import { readProduct } from './product-rows.ts'
import { insertProduct, lockProduct, updateProduct } from './products.ts'
import type { Database } from './tables.ts'

/** The catalogue in PostgreSQL. */
export function createCatalogue(db: Database): Catalogue {
  return {
    list: (filter, sort, after, count) => listProducts(db, filter, sort, after, count),
    find: (id) => readProduct(db, id),
    create: (call, content, answerOf) =>
      refusingDuplicates(() => once(db, call, async (trx) => answerOf(await insertProduct(trx, content)))),
    change: (id, decide) =>
      refusingDuplicates(() =>
        inTransaction(db, async (trx) => {
          const present = await lockProduct(trx, id)
          return present && updateProduct(trx, present, decide(present))
        }),
      ),
    upsert: (items) => upsertBySku(db, items),
    registered: (candidates) => findRegistered(db, candidates),
  }
}
