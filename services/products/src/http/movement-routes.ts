import { ProblemError, problems } from '@stockgate/problem'
import {
  closed,
  idempotentCall,
  insufficientScope,
  KeyHeader,
  listName,
  listQuery,
  NoQuery,
  page,
  pageOf,
  problemResponses,
  type ServiceApp,
  sendStored,
  sendTagged,
  Timestamp,
  USUAL_LIMIT,
  words,
} from '@stockgate/service-kit'
import Type, { type Static } from 'typebox'
import type { Movement, MovementFilter } from '../domain/ledger.ts'
import { ENTRY_TYPES, REASONS } from '../domain/movement.ts'
import { causeOf, type RouteContext } from './context.ts'
import { MovementInput, readDocument } from './movement-body.ts'

const READ = { scopes: ['stock:read'] }
const WRITE = { scopes: ['stock:write'] }
const Params = Type.Object({ movement_id: Type.String() })
const text = Type.Union([Type.String(), Type.Null()])

const MovementOutput = Type.Object({
  id: Type.String(),
  document_id: Type.String({ description: 'The same for all movements recorded by one call.' }),
  sequence: Type.Integer({ description: 'Counts the movements of one stock level without gap.' }),
  type: words(ENTRY_TYPES),
  reason: words(REASONS),
  delta: Type.Integer(),
  on_hand_after: Type.Integer(),
  product_id: Type.String(),
  location_id: Type.String(),
  actor: Type.Object({ sub: Type.String(), client_id: Type.String() }),
  reference: Type.Union([Type.Object({ type: Type.String(), id: Type.String() }), Type.Null()]),
  note: text,
  occurred_at: Timestamp,
  recorded_at: Timestamp,
  reversal_of: text,
  trace_id: text,
})
const Recorded = Type.Object({ document_id: Type.String(), items: Type.Array(MovementOutput) })

const Filters = listQuery({
  product_id: Type.Optional(Type.String({ maxLength: 64 })),
  location_id: Type.Optional(Type.String({ maxLength: 64 })),
  type: Type.Optional(words(ENTRY_TYPES)),
  reference_type: Type.Optional(Type.String({ maxLength: 64 })),
  reference_id: Type.Optional(Type.String({ maxLength: 128 })),
  document_id: Type.Optional(Type.String({ maxLength: 64 })),
})

/** The ledger: it grows, and nothing in it ever changes. A mistake is taken back by a reversal. */
export function movementRoutes(app: ServiceApp, { ledger, cursors, now }: RouteContext): void {
  app.get(
    '/stock-movements',
    {
      config: READ,
      schema: {
        operationId: 'listStockMovements',
        tags: ['stock'],
        summary: 'List stock movements, newest first',
        querystring: Filters,
        response: { 200: page(MovementOutput), ...problemResponses(400, 401, 403) },
      },
    },
    async (request, reply) => {
      const { limit = USUAL_LIMIT, cursor } = request.query
      const after = cursor === undefined ? undefined : cursors.decode(listName(request), cursor)
      const rows = await ledger.list(filterOf(request.query), after && Number(after[0]), limit + 1)
      return pageOf(request, reply, cursors, rows, limit, (row) => [row.entryNo], movementBody)
    },
  )

  app.post(
    '/stock-movements',
    {
      config: WRITE,
      schema: {
        operationId: 'recordStockMovement',
        tags: ['stock'],
        summary: 'Record a receipt, adjustment, count, transfer or return',
        description: 'Up to 500 lines, all or nothing. A COUNT also needs the scope stock:count.',
        headers: KeyHeader,
        querystring: NoQuery,
        body: MovementInput,
        response: { 201: Recorded, ...problemResponses(400, 401, 403, 409, 422) },
      },
    },
    async (request, reply) => {
      if (request.body.type === 'COUNT' && !request.caller.scopes.has('stock:count'))
        throw insufficientScope(['stock:count'])
      const call = idempotentCall(request)
      const document = readDocument(request.body, causeOf(request), now())
      const answer = await ledger.record(call, document, (rows) => ({
        status: 201,
        headers: { location: locationOf(rows) },
        body: recordedBody(rows),
      }))
      return sendStored(reply, answer)
    },
  )

  app.get(
    '/stock-movements/:movement_id',
    {
      config: READ,
      schema: {
        operationId: 'readStockMovement',
        tags: ['stock'],
        summary: 'Read one stock movement',
        params: Params,
        querystring: NoQuery,
        response: { 200: MovementOutput, ...problemResponses(401, 403, 404) },
      },
    },
    async (request, reply) => {
      const row = found(await ledger.find(request.params.movement_id))
      return sendTagged(request, reply, 1, movementBody(row))
    },
  )

  app.put(
    '/stock-movements/:movement_id/reversal',
    {
      config: WRITE,
      schema: {
        operationId: 'reverseStockMovement',
        tags: ['stock'],
        summary: 'Take a movement back by a new one',
        description: 'Both halves of a transfer are taken back together. A repeat finds the first reversal.',
        params: Params,
        querystring: NoQuery,
        body: Type.Union([closed({ note: Type.Optional(Type.String({ maxLength: 1000 })) }), Type.Null()]),
        response: { 200: Recorded, 201: Recorded, ...problemResponses(400, 401, 403, 404, 409) },
      },
    },
    async (request, reply) => {
      const head = { note: request.body?.note ?? null, occurredAt: new Date(now()), ...causeOf(request) }
      const { rows, fresh } = found(await ledger.reverse(request.params.movement_id, head))
      if (fresh) reply.code(201).header('location', locationOf(rows))
      return reply.send(recordedBody(rows))
    },
  )
}

function filterOf(query: Static<typeof Filters>): MovementFilter {
  const filter = {
    productId: query.product_id,
    locationId: query.location_id,
    type: query.type,
    referenceType: query.reference_type,
    referenceId: query.reference_id,
    documentId: query.document_id,
  }
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined))
}

function movementBody(row: Movement) {
  return {
    id: row.id,
    document_id: row.documentId,
    sequence: row.sequence,
    type: row.type,
    reason: row.reason,
    delta: row.delta,
    on_hand_after: row.onHandAfter,
    product_id: row.productId,
    location_id: row.locationId,
    actor: { sub: row.actor.sub, client_id: row.actor.clientId },
    reference: row.reference,
    note: row.note,
    occurred_at: row.occurredAt.toISOString(),
    recorded_at: row.recordedAt.toISOString(),
    reversal_of: row.reversalOf,
    trace_id: row.traceId,
  }
}

function recordedBody(rows: readonly Movement[]) {
  return { document_id: (rows[0] as Movement).documentId, items: rows.map(movementBody) }
}

function locationOf(rows: readonly Movement[]): string {
  const [first] = rows as [Movement]
  return rows.length === 1
    ? `/stock-movements/${first.id}`
    : `/stock-movements?document_id=${first.documentId}`
}

function found<T>(movement: T | undefined): T {
  if (movement === undefined)
    throw new ProblemError(problems.notFound, { detail: 'No movement has this id.' })
  return movement
}
