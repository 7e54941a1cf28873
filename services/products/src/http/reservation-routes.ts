import { createHash } from 'node:crypto'
import { ProblemError, problems } from '@stockgate/problem'
import {
  NoBody,
  NoQuery,
  problemResponses,
  type ServiceApp,
  type Static,
  sendTagged,
} from '@stockgate/service-kit'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { LONGEST_HOLD, secondsOf } from '../domain/duration.ts'
import { type Fault, Refusal } from '../domain/refusal.ts'
import type { Reservation } from '../domain/reservation.ts'
import type { AskedReservation } from '../domain/reservations.ts'
import { causeOf, type RouteContext } from './context.ts'
import {
  ConsumptionInput,
  ConsumptionOutput,
  consumptionBody,
  ReleaseInput,
  ReservationInput,
  ReservationOutput,
  ReservationParams,
  reservationBody,
} from './reservation-schemas.ts'

const WRITE = { scopes: ['reservations:write'] }
const shape = { params: ReservationParams, querystring: NoQuery }
const USUAL_HOLD = 'PT15M'

/** Promises of stock under ids the caller chooses, so that every step can be repeated safely. */
export function reservationRoutes(app: ServiceApp, { reservations, now }: RouteContext): void {
  app.get(
    '/reservations/:reservation_id',
    {
      config: { scopes: ['reservations:read'] },
      schema: {
        operationId: 'readReservation',
        tags: ['reservations'],
        summary: 'Read a reservation',
        ...shape,
        response: { 200: ReservationOutput, ...problemResponses(400, 401, 403, 404) },
      },
    },
    async (request, reply) => {
      const reservation = found(await reservations.find(request.params.reservation_id))
      return send(request, reply, reservation)
    },
  )

  app.put(
    '/reservations/:reservation_id',
    {
      config: WRITE,
      schema: {
        operationId: 'reserve',
        tags: ['reservations'],
        summary: 'Hold stock for a while',
        ...shape,
        body: ReservationInput,
        response: { 200: ReservationOutput, 201: ReservationOutput, ...problemResponses(400, 401, 403, 409) },
      },
    },
    async (request, reply) => {
      const asked = readReservationBody(request.params.reservation_id, request.body)
      const { done, fresh } = await reservations.reserve(asked)
      if (fresh) reply.code(201).header('location', `/reservations/${asked.id}`)
      return send(request, reply, done)
    },
  )

  app.put(
    '/reservations/:reservation_id/confirmation',
    {
      config: WRITE,
      schema: {
        operationId: 'confirmReservation',
        tags: ['reservations'],
        summary: 'Make a hold lasting',
        ...shape,
        body: NoBody,
        response: { 200: ReservationOutput, ...problemResponses(400, 401, 403, 404, 409) },
      },
    },
    async (request, reply) => {
      const reservation = found(await reservations.confirm(request.params.reservation_id))
      return send(request, reply, reservation)
    },
  )

  app.put(
    '/reservations/:reservation_id/release',
    {
      config: WRITE,
      schema: {
        operationId: 'releaseReservation',
        tags: ['reservations'],
        summary: 'Give held stock back',
        description:
          'Lines name the total released of each; without lines everything still held goes back. ' +
          'An unknown id is kept as released, so that a reserve that arrives late is refused.',
        ...shape,
        body: ReleaseInput,
        response: {
          200: ReservationOutput,
          201: ReservationOutput,
          ...problemResponses(400, 401, 403, 404, 409),
        },
      },
    },
    async (request, reply) => {
      const wanted = request.body?.lines ? lineQuantities(request.body.lines) : null
      const { reservation, tombstone } = found(
        await reservations.release(request.params.reservation_id, wanted),
      )
      if (tombstone) reply.code(201)
      return send(request, reply, reservation)
    },
  )

  app.post(
    '/reservations/:reservation_id/consumptions',
    {
      config: WRITE,
      schema: {
        operationId: 'consumeReservation',
        tags: ['reservations'],
        summary: 'Ship held stock',
        description: 'Once per fulfillment_id: a repeat gets the first answer.',
        ...shape,
        body: ConsumptionInput,
        response: {
          200: ConsumptionOutput,
          201: ConsumptionOutput,
          ...problemResponses(400, 401, 403, 404, 409),
        },
      },
    },
    async (request, reply) => {
      const { fulfillment_id: fulfillmentId, lines } = request.body
      const asked = {
        fulfillmentId,
        lines: lineQuantities(lines),
        fingerprint: fingerprintOf(lines),
        head: { ...causeOf(request), occurredAt: new Date(now()) },
      }
      const { result, fresh } = found(await reservations.consume(request.params.reservation_id, asked))
      return reply.code(fresh ? 201 : 200).send(consumptionBody(result))
    },
  )
}

function readReservationBody(id: string, body: Static<typeof ReservationInput>): AskedReservation {
  const faults: Fault[] = []
  const { expires_in: expiresIn = USUAL_HOLD, reference, lines } = body
  const seconds = secondsOf(expiresIn)
  if (seconds === undefined || seconds < 1 || seconds > LONGEST_HOLD)
    faults.push({ pointer: '#/expires_in', detail: 'must be a duration from PT1S to P31D' })
  for (const [index, line] of lines.entries())
    if ((line.product_id === undefined) === (line.sku === undefined))
      faults.push({ pointer: `#/lines/${index}/sku`, detail: 'either sku or product_id is needed' })
  if (faults.length > 0) throw new Refusal('validation-error', 'The reservation cannot be meant.', faults)
  const asked = lines.map((line) => ({
    lineId: line.line_id,
    ...(line.product_id !== undefined && { productId: line.product_id }),
    ...(line.sku !== undefined && { sku: line.sku }),
    quantity: line.quantity,
    locationId: line.location_id ?? null,
  }))
  // Spelled out property by property: the same content in another order is the same call.
  const fingerprint = fingerprintOf([
    reference.type,
    reference.id,
    seconds,
    asked.map((line) => [line.lineId, line.productId, line.sku, line.quantity, line.locationId]),
  ])
  return { id, reference, seconds: seconds as number, fingerprint, lines: asked }
}

function lineQuantities(lines: readonly { line_id: string; quantity: number }[]) {
  return lines.map(({ line_id: lineId, quantity }) => ({ lineId, quantity }))
}

function fingerprintOf(content: unknown): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('base64url')
}

function send(request: FastifyRequest, reply: FastifyReply, reservation: Reservation): FastifyReply {
  return sendTagged(request, reply, reservation.version, reservationBody(reservation))
}

function found<T>(reservation: T | undefined): T {
  if (reservation === undefined)
    throw new ProblemError(problems.notFound, { detail: 'No reservation has this id.' })
  return reservation
}
