import { closed, Id, words } from '@stockgate/service-kit'
import Type, { type Static } from 'typebox'
import { AMOUNT } from '../domain/document.ts'
import type { AskedDocument, AskedLine } from '../domain/ledger.ts'
import { momentOf } from '../domain/moment.ts'
import { DOCUMENT_TYPES, type DocumentType, REASONS, type Reason, USUAL_REASON } from '../domain/movement.ts'
import { type Fault, Refusal } from '../domain/refusal.ts'
import { line, Sku } from './product-schemas.ts'

const Units = { minimum: -Number.MAX_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER }

export const ReferenceInput = closed({
  type: Type.String({ pattern: '^[A-Z][A-Z0-9_]{0,31}$' }),
  id: line(128),
})

const LineInput = closed({
  product_id: Type.Optional(Id),
  sku: Type.Optional(Sku),
  location_id: Type.Optional(Id),
  from_location_id: Type.Optional(Id),
  to_location_id: Type.Optional(Id),
  delta: Type.Optional(
    Type.Integer({ ...Units, description: 'RECEIPT and RETURN: above 0. ADJUSTMENT: not 0.' }),
  ),
  quantity: Type.Optional(Type.Integer({ ...Units, minimum: 1, description: 'TRANSFER: how many move.' })),
  counted: Type.Optional(Type.Integer({ ...Units, minimum: 0, description: 'COUNT: what was found.' })),
  expected_on_hand: Type.Optional(
    Type.Union([Type.Integer({ ...Units, minimum: 0 }), Type.Null()], {
      description: 'What you believe is there: 409 with the real number if not. Null does not ask.',
    }),
  ),
})

export const MovementInput = closed({
  type: words(DOCUMENT_TYPES),
  reason: Type.Optional(words(REASONS)),
  occurred_at: Type.Optional(
    Type.String({ format: 'date-time', description: 'By your clock; now if absent.' }),
  ),
  note: Type.Optional(Type.Union([Type.String({ maxLength: 1000 }), Type.Null()])),
  reference: Type.Optional(Type.Union([ReferenceInput, Type.Null()])),
  lines: Type.Array(LineInput, { minItems: 1, maxItems: 500, description: 'All or nothing.' }),
})

type Input = Static<typeof MovementInput>

/** The properties a line of each type has, besides the product and the expectation. */
const PLACES = {
  RECEIPT: ['location_id'],
  RETURN: ['location_id'],
  ADJUSTMENT: ['location_id'],
  COUNT: ['location_id'],
  TRANSFER: ['from_location_id', 'to_location_id'],
} as const satisfies Record<DocumentType, readonly string[]>

const BY_TYPE = ['location_id', 'from_location_id', 'to_location_id', 'delta', 'quantity', 'counted'] as const

/** The document a body stands for. Throws a refusal that points at each line that is not of its type. */
export function readDocument(
  body: Input,
  cause: Pick<AskedDocument['head'], 'actor' | 'traceId'>,
  now: number,
): AskedDocument {
  const faults: Fault[] = []
  const occurredAt = body.occurred_at === undefined ? new Date(now) : momentOf(body.occurred_at, now)
  if (!occurredAt) faults.push({ pointer: '#/occurred_at', detail: 'must lie between the year 2000 and now' })
  const reason: Reason = body.reason ?? USUAL_REASON[body.type]
  if (reason === 'OTHER' && !body.note)
    faults.push({ pointer: '#/note', detail: 'is required with reason OTHER' })
  for (const [index, entry] of body.lines.entries())
    faults.push(...lineFaults(body.type, entry, `#/lines/${index}`))
  if (faults.length > 0) throw new Refusal('validation-error', 'The document is not of its type.', faults)
  return {
    type: body.type,
    lines: body.lines.map((entry) => readLine(body.type, entry)),
    head: {
      ...cause,
      reason,
      note: body.note ?? null,
      reference: body.reference ?? null,
      occurredAt: occurredAt as Date,
    },
  }
}

function lineFaults(type: DocumentType, entry: Input['lines'][number], pointer: string): Fault[] {
  const faults: Fault[] = []
  const needed: readonly string[] = [...PLACES[type], AMOUNT[type]]
  for (const name of BY_TYPE) {
    if (needed.includes(name) && entry[name] === undefined)
      faults.push({ pointer: `${pointer}/${name}`, detail: `is required in a ${type}` })
    if (!needed.includes(name) && entry[name] !== undefined)
      faults.push({ pointer: `${pointer}/${name}`, detail: `has no meaning in a ${type}` })
  }
  if ((entry.product_id === undefined) === (entry.sku === undefined))
    faults.push({ pointer: `${pointer}/product_id`, detail: 'either product_id or sku is needed' })
  if (entry.delta === 0 || (type !== 'ADJUSTMENT' && (entry.delta ?? 1) < 0))
    faults.push({
      pointer: `${pointer}/delta`,
      detail: type === 'ADJUSTMENT' ? 'must not be 0' : 'must be above 0',
    })
  if (type === 'TRANSFER' && entry.from_location_id === entry.to_location_id)
    faults.push({ pointer: `${pointer}/to_location_id`, detail: 'must be another location' })
  return faults
}

function readLine(type: DocumentType, entry: Input['lines'][number]): AskedLine {
  const amount = AMOUNT[type]
  return {
    ...(entry.product_id !== undefined && { productId: entry.product_id }),
    ...(entry.sku !== undefined && { sku: entry.sku }),
    locationId: (type === 'TRANSFER' ? entry.from_location_id : entry.location_id) as string,
    toLocationId: type === 'TRANSFER' ? (entry.to_location_id as string) : null,
    amount: amount === 'counted' ? { counted: entry.counted as number } : { delta: entry[amount] as number },
    expected: entry.expected_on_hand ?? null,
  }
}
