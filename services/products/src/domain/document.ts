import type { DocumentType, EntryType, Posting, Reason } from './movement.ts'
import { Refusal } from './refusal.ts'

export interface Reference {
  readonly type: string
  readonly id: string
}

/** One line of a movement document, its product known. */
export interface DocumentLine {
  readonly productId: string
  readonly locationId: string
  /** Where a TRANSFER goes. */
  readonly toLocationId: string | null
  readonly amount: { readonly delta: number } | { readonly counted: number }
  readonly expected: number | null
}

/** What is said once for all rows that one document writes. */
export interface DocumentHead {
  readonly documentId: string
  readonly reason: Reason
  readonly note: string | null
  readonly reference: Reference | null
  readonly actor: { readonly sub: string; readonly clientId: string }
  readonly traceId: string | null
  readonly occurredAt: Date
}

/** The postings of a line, by index in its document. A transfer is two: out of one place and into the other. */
export function postingsOf(type: DocumentType, line: DocumentLine, index: number): Posting[] {
  const { productId, locationId, amount, expected } = line
  const pointer = `#/lines/${index}/${AMOUNT[type]}`
  if (type !== 'TRANSFER') return [{ productId, locationId, type, amount, expected, pointer }]
  const quantity = 'delta' in amount ? amount.delta : 0
  return [
    { productId, locationId, type: 'TRANSFER_OUT', amount: { delta: -quantity }, expected, pointer },
    {
      productId,
      locationId: line.toLocationId as string,
      type: 'TRANSFER_IN',
      amount: { delta: quantity },
      expected: null,
      pointer,
    },
  ]
}

/** The property of a line that says how much. */
export const AMOUNT = {
  RECEIPT: 'delta',
  RETURN: 'delta',
  ADJUSTMENT: 'delta',
  COUNT: 'counted',
  TRANSFER: 'quantity',
} as const satisfies Record<DocumentType, string>

/** A row of the ledger, as far as its reversal needs it. */
export interface Reversible {
  readonly id: string
  readonly type: EntryType
  readonly productId: string
  readonly locationId: string
  readonly delta: number
  readonly reversalOf: string | null
}

const TURNED: Partial<Record<EntryType, EntryType>> = {
  TRANSFER_OUT: 'TRANSFER_IN',
  TRANSFER_IN: 'TRANSFER_OUT',
}

/**
 * The rows one reversal takes back: the row itself, or both halves of a transfer, so that units are never made or
 * lost. `document` holds all rows written together, in the order of writing.
 */
export function reversedTogether(id: string, document: readonly Reversible[]): Reversible[] {
  const at = document.findIndex((row) => row.id === id)
  const row = document[at] as Reversible
  if (row.reversalOf !== null)
    throw new Refusal(
      'illegal-transition',
      'This movement is itself a reversal: record the right one instead.',
    )
  if (row.type === 'SHIPMENT')
    throw new Refusal('illegal-transition', 'A shipment cannot be reversed: record a RETURN instead.')
  if (!TURNED[row.type]) return [row]
  const out = row.type === 'TRANSFER_OUT' ? at : at - 1
  return document.slice(out, out + 2)
}

/** The postings that take the rows back. A transfer's reversal is a transfer the other way round. */
export function reversalPostings(rows: readonly Reversible[]): Posting[] {
  return rows
    .map((row) => ({
      productId: row.productId,
      locationId: row.locationId,
      type: TURNED[row.type] ?? row.type,
      amount: { delta: -row.delta },
      expected: null,
      pointer: '#',
      reversalOf: row.id,
    }))
    .sort((a, b) => a.amount.delta - b.amount.delta)
}
