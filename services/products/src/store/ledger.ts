import { inTransaction, newId, once } from '@stockgate/service-kit'
import {
  type DocumentHead,
  postingsOf,
  type Reversible,
  reversalPostings,
  reversedTogether,
} from '../domain/document.ts'
import type { AskedDocument, Ledger, Movement, MovementFilter } from '../domain/ledger.ts'
import { type Posting, post } from '../domain/movement.ts'
import { Refusal } from '../domain/refusal.ts'
import { appendEntries, selectMovements } from './ledger-rows.ts'
import { ensureLevels, lockLevels } from './levels.ts'
import { locationFaults, productsOf } from './references.ts'
import type { Database, Trx } from './tables.ts'

/** The ledger in PostgreSQL. */
export function createLedger(db: Database): Ledger {
  return {
    list: (filter, before, count) => listMovements(db, filter, before, count),
    find: async (id) => (await selectMovements(db, (query) => query.where('id', '=', id)))[0],
    record: (call, document, answerOf) =>
      once(db, call, async (trx) => answerOf(await recordDocument(trx, document))),
    reverse: (id, head) => inTransaction(db, (trx) => reverseMovement(trx, id, head)),
  }
}

async function listMovements(
  db: Database,
  filter: MovementFilter,
  before: number | undefined,
  count: number,
): Promise<Movement[]> {
  const conditions = {
    product_id: filter.productId,
    location_id: filter.locationId,
    type: filter.type,
    reference_type: filter.referenceType,
    reference_id: filter.referenceId,
    document_id: filter.documentId,
  } as const
  return selectMovements(db, (query) => {
    let chosen = query.orderBy('entry_no', 'desc').limit(count)
    for (const [column, value] of Object.entries(conditions))
      if (value !== undefined) chosen = chosen.where(column as keyof typeof conditions, '=', value)
    return before === undefined ? chosen : chosen.where('entry_no', '<', before)
  })
}

/** Records a document, all lines or none, and returns the rows it wrote. */
async function recordDocument(trx: Trx, { type, lines, head }: AskedDocument): Promise<Movement[]> {
  const { products, faults } = await productsOf(trx, lines, { lock: true })
  const places = lines.flatMap((line, index) => {
    if (line.toLocationId === null) return { id: line.locationId, pointer: `#/lines/${index}/location_id` }
    return [
      { id: line.locationId, pointer: `#/lines/${index}/from_location_id` },
      { id: line.toLocationId, pointer: `#/lines/${index}/to_location_id` },
    ]
  })
  faults.push(...(await locationFaults(trx, places)))
  if (faults.length > 0) throw new Refusal('validation-error', 'Some lines name what is not there.', faults)
  const postings = lines.flatMap((line, index) =>
    postingsOf(type, { ...line, productId: (products[index] as { id: string }).id }, index),
  )
  return write(trx, postings, { ...head, documentId: newId('doc') })
}

/**
 * Takes a movement back by new rows. Returns the rows and whether they are new: a repeat finds those of the first
 * time. Undefined for an unknown movement.
 */
async function reverseMovement(
  trx: Trx,
  id: string,
  head: Pick<DocumentHead, 'note' | 'actor' | 'traceId' | 'occurredAt'>,
): Promise<{ rows: Movement[]; fresh: boolean } | undefined> {
  const [entry] = await selectMovements(trx, (query) => query.where('id', '=', id))
  if (!entry) return undefined
  const document = await selectMovements(trx, (query) =>
    query.where('document_id', '=', entry.documentId).orderBy('entry_no'),
  )
  const together = reversedTogether(id, document)
  const ids = together.map((row) => row.id)
  // Products and places are locked before levels, as every transaction here does.
  const archived = await isArchived(trx, together)
  // The lock on the levels makes a second reversal wait here, and see the first one below.
  await lockLevels(trx, together)
  const earlier = await selectMovements(trx, (query) =>
    query.where('reversal_of', 'in', ids).orderBy('entry_no'),
  )
  if (earlier.length > 0) return { rows: earlier, fresh: false }
  if (archived)
    throw new Refusal('illegal-transition', 'The product or the location of this movement is archived.')
  const rows = await write(trx, reversalPostings(together), {
    ...head,
    documentId: newId('doc'),
    reason: 'CORRECTION',
    reference: entry.reference,
  })
  return { rows, fresh: true }
}

async function write(trx: Trx, postings: readonly Posting[], head: DocumentHead): Promise<Movement[]> {
  await ensureLevels(trx, postings)
  const levels = await lockLevels(trx, postings)
  return appendEntries(trx, post(postings, levels), head)
}

async function isArchived(trx: Trx, rows: readonly Reversible[]): Promise<boolean> {
  const products = rows.map((row) => ({ productId: row.productId }))
  const places = rows.map((row) => ({ id: row.locationId, pointer: '#' }))
  const { faults } = await productsOf(trx, products, { lock: true })
  return faults.length > 0 || (await locationFaults(trx, places)).length > 0
}
