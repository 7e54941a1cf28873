import { ProblemError, problems } from '@stockgate/problem'
import {
  closed,
  inTransaction,
  listName,
  page,
  pageOf,
  problemResponses,
  requireIfMatch,
  type ServiceApp,
  sendTagged,
  Timestamp,
  words,
} from '@stockgate/service-kit'
import Type from 'typebox'
import { CONDITIONS } from '../domain/stock-level.ts'
import { type LevelRow, listLevels, lockLevel, readLevel, setThresholds } from '../store/level-rows.ts'
import type { RouteContext } from './context.ts'
import { listQuery, NoQuery, USUAL_LIMIT } from './queries.ts'

const READ = { scopes: ['stock:read'] }
const Params = Type.Object({ product_id: Type.String(), location_id: Type.String() })

const threshold = (minimum: number, description: string) =>
  Type.Optional(
    Type.Union([Type.Integer({ minimum, maximum: 1_000_000_000_000 }), Type.Null()], { description }),
  )
const Thresholds = closed({
  reorder_point: threshold(0, 'The level is LOW when no more than this is available.'),
  reorder_quantity: threshold(1, 'How much to order then.'),
})

const LevelOutput = Type.Object({
  product_id: Type.String(),
  location_id: Type.String(),
  on_hand: Type.Integer(),
  reserved: Type.Integer(),
  unavailable: Type.Integer(),
  available: Type.Integer(),
  reorder_point: Type.Union([Type.Integer(), Type.Null()]),
  reorder_quantity: Type.Union([Type.Integer(), Type.Null()]),
  condition: words(CONDITIONS),
  version: Type.Integer(),
  updated_at: Timestamp,
})

/** How much of each product is where. Quantities change by movements and reservations only. */
export function stockLevelRoutes(app: ServiceApp, { db, cursors }: RouteContext): void {
  app.get(
    '/stock-levels',
    {
      config: READ,
      schema: {
        summary: 'List stock levels',
        querystring: listQuery({
          product_id: Type.Optional(Type.String({ maxLength: 64 })),
          location_id: Type.Optional(Type.String({ maxLength: 64 })),
          condition: Type.Optional(words(CONDITIONS)),
        }),
        response: { 200: page(LevelOutput), ...problemResponses(400, 401, 403) },
      },
    },
    async (request, reply) => {
      const { limit = USUAL_LIMIT, cursor, ...filter } = request.query
      const after = cursor === undefined ? undefined : cursors.decode(listName(request), cursor)
      const rows = await listLevels(db, filter, after, limit + 1)
      const position = (row: LevelRow) => [row.product_id, row.location_id]
      return pageOf(request, reply, cursors, rows, limit, position, levelBody)
    },
  )

  app.get(
    '/stock-levels/:product_id/:location_id',
    {
      config: READ,
      schema: {
        summary: 'Read one stock level',
        params: Params,
        querystring: NoQuery,
        response: { 200: LevelOutput, ...problemResponses(401, 403, 404) },
      },
    },
    async (request, reply) => {
      const level = found(await readLevel(db, request.params))
      return sendTagged(request, reply, level.version, levelBody(level))
    },
  )

  app.patch(
    '/stock-levels/:product_id/:location_id',
    {
      config: { scopes: ['stock:write'] },
      schema: {
        summary: 'Change the thresholds of one stock level',
        params: Params,
        querystring: NoQuery,
        body: Thresholds,
        response: { 200: LevelOutput, ...problemResponses(400, 401, 403, 404, 412, 428) },
      },
    },
    async (request, reply) => {
      const level = await inTransaction(db, async (trx) => {
        const present = found(await lockLevel(trx, request.params))
        requireIfMatch(request, present.version)
        return setThresholds(trx, present, request.body)
      })
      return sendTagged(request, reply, level.version, levelBody(level))
    },
  )
}

function levelBody(row: LevelRow) {
  return {
    product_id: row.product_id,
    location_id: row.location_id,
    on_hand: row.on_hand,
    reserved: row.reserved,
    unavailable: row.unavailable,
    available: row.available,
    reorder_point: row.reorder_point,
    reorder_quantity: row.reorder_quantity,
    condition: row.condition,
    version: row.version,
    updated_at: row.updated_at.toISOString(),
  }
}

function found<T>(level: T | undefined): T {
  if (level === undefined)
    throw new ProblemError(problems.notFound, { detail: 'This product was never at this location.' })
  return level
}
