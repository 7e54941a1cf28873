import { ProblemError, problems } from '@stockgate/problem'
import {
  closed,
  IfMatchHeader,
  listName,
  listQuery,
  NoQuery,
  page,
  pageOf,
  problemResponses,
  requireIfMatch,
  type ServiceApp,
  sendTagged,
  Timestamp,
  USUAL_LIMIT,
  words,
} from '@stockgate/service-kit'
import Type from 'typebox'
import { CONDITIONS } from '../domain/stock-level.ts'
import type { StockLevel } from '../domain/stock-levels.ts'
import type { RouteContext } from './context.ts'

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
export function stockLevelRoutes(app: ServiceApp, { stockLevels, cursors }: RouteContext): void {
  app.get(
    '/stock-levels',
    {
      config: READ,
      schema: {
        operationId: 'listStockLevels',
        tags: ['stock'],
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
      const { limit = USUAL_LIMIT, cursor, product_id, location_id, condition } = request.query
      const filter = {
        ...(product_id !== undefined && { productId: product_id }),
        ...(location_id !== undefined && { locationId: location_id }),
        ...(condition !== undefined && { condition }),
      }
      const after = cursor === undefined ? undefined : cursors.decode(listName(request), cursor)
      const rows = await stockLevels.list(filter, after, limit + 1)
      const position = (level: StockLevel) => [level.productId, level.locationId]
      return pageOf(request, reply, cursors, rows, limit, position, levelBody)
    },
  )

  app.get(
    '/stock-levels/:product_id/:location_id',
    {
      config: READ,
      schema: {
        operationId: 'readStockLevel',
        tags: ['stock'],
        summary: 'Read one stock level',
        params: Params,
        querystring: NoQuery,
        response: { 200: LevelOutput, ...problemResponses(401, 403, 404) },
      },
    },
    async (request, reply) => {
      const { product_id, location_id } = request.params
      const level = found(await stockLevels.find(product_id, location_id))
      return sendTagged(request, reply, level.version, levelBody(level))
    },
  )

  app.patch(
    '/stock-levels/:product_id/:location_id',
    {
      config: { scopes: ['stock:write'] },
      schema: {
        operationId: 'changeStockLevel',
        tags: ['stock'],
        summary: 'Change the thresholds of one stock level',
        params: Params,
        headers: IfMatchHeader,
        querystring: NoQuery,
        body: Thresholds,
        response: { 200: LevelOutput, ...problemResponses(400, 401, 403, 404, 412, 428) },
      },
    },
    async (request, reply) => {
      const { product_id, location_id } = request.params
      const level = found(
        await stockLevels.change(product_id, location_id, (present) => {
          requireIfMatch(request, present.version)
          const { reorder_point: point, reorder_quantity: quantity } = request.body
          return {
            reorderPoint: point === undefined ? present.reorderPoint : point,
            reorderQuantity: quantity === undefined ? present.reorderQuantity : quantity,
          }
        }),
      )
      return sendTagged(request, reply, level.version, levelBody(level))
    },
  )
}

function levelBody(level: StockLevel) {
  return {
    product_id: level.productId,
    location_id: level.locationId,
    on_hand: level.onHand,
    reserved: level.reserved,
    unavailable: level.unavailable,
    available: level.available,
    reorder_point: level.reorderPoint,
    reorder_quantity: level.reorderQuantity,
    condition: level.condition,
    version: level.version,
    updated_at: level.updatedAt.toISOString(),
  }
}

function found<T>(level: T | undefined): T {
  if (level === undefined)
    throw new ProblemError(problems.notFound, { detail: 'This product was never at this location.' })
  return level
}
