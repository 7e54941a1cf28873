import { type Fault, Refusal } from './refusal.ts'
import { available, type Level, levelKey, MOST_UNITS } from './stock-level.ts'

/** What a caller may record; SHIPMENT comes from consumed reservations alone. */
export const DOCUMENT_TYPES = ['RECEIPT', 'ADJUSTMENT', 'COUNT', 'TRANSFER', 'RETURN'] as const
export type DocumentType = (typeof DOCUMENT_TYPES)[number]

/** What stands in the ledger. */
export const ENTRY_TYPES = [
  'RECEIPT',
  'SHIPMENT',
  'ADJUSTMENT',
  'COUNT',
  'TRANSFER_OUT',
  'TRANSFER_IN',
  'RETURN',
] as const
export type EntryType = (typeof ENTRY_TYPES)[number]

export const REASONS = [
  'CORRECTION',
  'CYCLE_COUNT',
  'DAMAGED',
  'EXPIRED',
  'FOUND',
  'LOST',
  'SHRINKAGE',
  'PROMOTION',
  'QUALITY_CONTROL',
  'SAFETY_STOCK',
  'RECEIVED',
  'RESTOCK',
  'RETURNED',
  'SHIPPED',
  'TRANSFER',
  'RECONCILIATION',
  'OTHER',
] as const
export type Reason = (typeof REASONS)[number]

/** The reason of a document that names none. */
export const USUAL_REASON: Readonly<Record<DocumentType, Reason>> = {
  RECEIPT: 'RECEIVED',
  ADJUSTMENT: 'CORRECTION',
  COUNT: 'CYCLE_COUNT',
  TRANSFER: 'TRANSFER',
  RETURN: 'RETURNED',
}

/** One change that is wanted at one level; `counted` sets on_hand, `delta` moves it. */
export interface Posting {
  readonly productId: string
  readonly locationId: string
  readonly type: EntryType
  readonly amount: { readonly delta: number } | { readonly counted: number }
  /** What the caller believes on_hand to be; null when it does not care. */
  readonly expected: number | null
  /** Place of the quantity in what was asked. */
  readonly pointer: string
  readonly reversalOf?: string
}

/** One ledger row to be: the posting with its number in the chain of its level. */
export interface Entry {
  readonly productId: string
  readonly locationId: string
  readonly type: EntryType
  readonly delta: number
  readonly onHandAfter: number
  readonly sequence: number
  readonly reversalOf: string | null
}

/**
 * Posts all or nothing, in order. `levels` are the locked levels before the document, one for each posting's place.
 * A wrong expectation is told before a shortage: who sees other numbers than the real ones must look again first.
 */
export function post(postings: readonly Posting[], levels: readonly Level[]): Entry[] {
  const before = new Map(levels.map((level) => [levelKey(level.productId, level.locationId), level]))
  refuseWrongExpectations(postings, before)
  refuseCountedTwice(postings)
  const now = new Map(before)
  const short: Fault[] = []
  const beyond: Fault[] = []
  const entries = postings.map((posting): Entry => {
    const key = levelKey(posting.productId, posting.locationId)
    const level = now.get(key) as Level
    const delta = 'delta' in posting.amount ? posting.amount.delta : posting.amount.counted - level.onHand
    const onHandAfter = level.onHand + delta
    const fault = shortage(posting, level, delta)
    if (fault) short.push(fault)
    if (onHandAfter > MOST_UNITS)
      beyond.push({
        pointer: posting.pointer,
        detail: `a level holds at most ${MOST_UNITS} units`,
        code: 'BEYOND',
      })
    now.set(key, { ...level, onHand: onHandAfter, sequence: level.sequence + 1 })
    const { productId, locationId, type, reversalOf = null } = posting
    return { productId, locationId, type, delta, onHandAfter, sequence: level.sequence + 1, reversalOf }
  })
  if (beyond.length > 0) throw new Refusal('validation-error', 'Some levels would hold too much.', beyond)
  if (short.length > 0)
    throw new Refusal(
      'insufficient-stock',
      `${short.length} of ${postings.length} lines take more than there is.`,
      short,
    )
  return entries
}

/**
 * On hand is never negative. Promised goods may be lost (ADJUSTMENT, COUNT) but not carried away: a transfer takes
 * only what is available.
 */
function shortage(posting: Posting, level: Level, delta: number): Fault | undefined {
  const most = posting.type === 'TRANSFER_OUT' ? Math.min(level.onHand, available(level)) : level.onHand
  if (delta >= 0 || -delta <= most) return undefined
  return {
    pointer: posting.pointer,
    detail: `${-delta} requested, ${Math.max(0, most)} available`,
    code: 'SHORT',
    product_id: posting.productId,
    location_id: posting.locationId,
    requested: -delta,
    available: Math.max(0, most),
  }
}

function refuseWrongExpectations(postings: readonly Posting[], before: ReadonlyMap<string, Level>): void {
  const faults = postings.flatMap((posting): Fault[] => {
    const level = before.get(levelKey(posting.productId, posting.locationId)) as Level
    if (posting.expected === null || posting.expected === level.onHand) return []
    return [
      {
        pointer: posting.pointer.replace(/[^/]*$/, 'expected_on_hand'),
        detail: `${posting.expected} expected, ${level.onHand} on hand`,
        code: 'CHANGED',
        product_id: posting.productId,
        location_id: posting.locationId,
        on_hand: level.onHand,
      },
    ]
  })
  if (faults.length > 0) throw new Refusal('stock-changed', 'Stock has moved since you looked.', faults)
}

function refuseCountedTwice(postings: readonly Posting[]): void {
  const seen = new Set<string>()
  const faults = postings.flatMap((posting): Fault[] => {
    if (!('counted' in posting.amount)) return []
    const key = levelKey(posting.productId, posting.locationId)
    if (!seen.has(key)) {
      seen.add(key)
      return []
    }
    return [{ pointer: posting.pointer, detail: 'this level is counted twice', code: 'DUPLICATE_LINE' }]
  })
  if (faults.length > 0) throw new Refusal('validation-error', 'A level can be counted once.', faults)
}
