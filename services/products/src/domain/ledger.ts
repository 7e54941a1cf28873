import type { IdempotentCall, StoredAnswer, TextAnswer } from '@stockgate/service-kit'
import type { DocumentHead, Reference } from './document.ts'
import type { DocumentType, Entry, EntryType, Reason } from './movement.ts'

/** A row of the ledger. */
export interface Movement extends Entry {
  readonly id: string
  /** Counts all rows in the order of writing. */
  readonly entryNo: number
  readonly documentId: string
  readonly reason: Reason
  readonly note: string | null
  readonly reference: Reference | null
  readonly actor: DocumentHead['actor']
  readonly traceId: string | null
  readonly occurredAt: Date
  readonly recordedAt: Date
}

export interface MovementFilter {
  readonly productId?: string
  readonly locationId?: string
  readonly type?: EntryType
  readonly referenceType?: string
  readonly referenceId?: string
  readonly documentId?: string
}

/** A product as a line names it: by id or by sku. */
export interface ProductRef {
  readonly productId?: string
  readonly sku?: string
}

/** A line of a document as the caller wrote it. */
export interface AskedLine extends ProductRef {
  readonly locationId: string
  /** Where a TRANSFER goes. */
  readonly toLocationId: string | null
  readonly amount: { readonly delta: number } | { readonly counted: number }
  readonly expected: number | null
}

/** A document as the caller wrote it. */
export interface AskedDocument {
  readonly type: DocumentType
  readonly lines: readonly AskedLine[]
  readonly head: Omit<DocumentHead, 'documentId'>
}

/** The ledger as it is stored: it grows, and nothing in it changes. */
export interface Ledger {
  /** At most `count` rows, newest first, from below a number on. */
  list(filter: MovementFilter, before: number | undefined, count: number): Promise<Movement[]>
  find(id: string): Promise<Movement | undefined>
  /** All lines or none, once per call: a repeat gets the kept answer. */
  record(
    call: IdempotentCall,
    document: AskedDocument,
    answerOf: (rows: readonly Movement[]) => StoredAnswer,
  ): Promise<TextAnswer>
  /** Takes a movement back by new rows; `fresh` is false when that was done before. */
  reverse(
    id: string,
    head: Pick<DocumentHead, 'note' | 'actor' | 'traceId' | 'occurredAt'>,
  ): Promise<{ rows: readonly Movement[]; fresh: boolean } | undefined>
}
