import { newId } from '@stockgate/service-kit'
import {
  type DocumentHead,
  postingsOf,
  type Reversible,
  reversalPostings,
  reversedTogether,
} from '../domain/document.ts'
import { type DocumentType, type Posting, post } from '../domain/movement.ts'
import { Refusal } from '../domain/refusal.ts'
import { appendEntries, entriesOfDocument, findEntry, type LedgerRow } from './ledger.ts'
import { ensureLevels, lockLevels } from './levels.ts'
import { locationFaults, type ProductRef, productsOf } from './references.ts'
import type { Trx } from './tables.ts'

/** A line as the caller wrote it. */
export interface AskedLine extends ProductRef {
  readonly locationId: string
  readonly toLocationId: string | null
  readonly amount: { readonly delta: number } | { readonly counted: number }
  readonly expected: number | null
}

/** Records a document, all lines or none, and returns the rows it wrote. */
export async function recordDocument(
  trx: Trx,
  type: DocumentType,
  lines: readonly AskedLine[],
  head: Omit<DocumentHead, 'documentId'>,
): Promise<LedgerRow[]> {
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
export async function reverseMovement(
  trx: Trx,
  id: string,
  head: Pick<DocumentHead, 'note' | 'actor' | 'traceId' | 'occurredAt'>,
): Promise<{ rows: LedgerRow[]; fresh: boolean } | undefined> {
  const entry = await findEntry(trx, id)
  if (!entry) return undefined
  const document = (await entriesOfDocument(trx, entry.document_id)).map(reversible)
  const together = reversedTogether(id, document)
  // Products and places are locked before levels, as every transaction here does.
  const archived = await isArchived(trx, together)
  // The lock on the levels makes a second reversal wait here, and see the first one below.
  await lockLevels(trx, together)
  const earlier = await trx
    .selectFrom('stock_movements')
    .selectAll()
    .where(
      'reversal_of',
      'in',
      together.map((row) => row.id),
    )
    .orderBy('entry_no')
    .execute()
  if (earlier.length > 0) return { rows: earlier, fresh: false }
  if (archived)
    throw new Refusal('illegal-transition', 'The product or the location of this movement is archived.')
  const { reference_type: type, reference_id: referenceId } = entry
  const rows = await write(trx, reversalPostings(together), {
    ...head,
    documentId: newId('doc'),
    reason: 'CORRECTION',
    reference: type !== null && referenceId !== null ? { type, id: referenceId } : null,
  })
  return { rows, fresh: true }
}

async function write(trx: Trx, postings: readonly Posting[], head: DocumentHead): Promise<LedgerRow[]> {
  await ensureLevels(trx, postings)
  const levels = await lockLevels(trx, postings)
  return appendEntries(trx, post(postings, levels), head)
}

async function isArchived(trx: Trx, rows: readonly Reversible[]): Promise<boolean> {
  const products = rows.map((row) => ({ product_id: row.productId }))
  const places = rows.map((row) => ({ id: row.locationId, pointer: '#' }))
  const { faults } = await productsOf(trx, products, { lock: true })
  return faults.length > 0 || (await locationFaults(trx, places)).length > 0
}

function reversible(row: LedgerRow): Reversible {
  return {
    id: row.id,
    type: row.type,
    productId: row.product_id,
    locationId: row.location_id,
    delta: row.delta,
    reversalOf: row.reversal_of,
  }
}
