import { createHash } from 'node:crypto'
import { ProblemError, problems } from '@stockgate/problem'
import { problemResponses, type ServiceApp, type Static, sendTagged } from '@stockgate/service-kit'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { LONGEST_HOLD, secondsOf } from '../domain/duration.ts'
import { type Fault, Refusal } from '../domain/refusal.ts'
import { readReservation, type StoredReservation } from '../store/reservation-rows.ts'
import { confirmReservation, consumeReservation, releaseReservation } from '../store/reservation-steps.ts'
import { type AskedReservation, reserve } from '../store/reserve.ts'
import { causeOf, type RouteContext } from './context.ts'
import { NoBody, NoQuery } from './queries.ts'
import {
  ConsumptionInput,
  ConsumptionOutput,
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
export function reservationRoutes(app: ServiceApp, { db, now }: RouteContext): void {
  app.get(
    '/reservations/:reservation_id',
    {
      config: { scopes: ['reservations:read'] },
      schema: {
        summary: 'Read a reservation',
        ...shape,
        response: { 200: ReservationOutput, ...problemResponses(400, 401, 403, 404) },
      },
    },
    async (request, reply) => {
      const reservation = found(await readReservation(db, request.params.reservation_id))
      return send(request, reply, reservation)
    },
  )

  app.put(
    '/reservations/:reservation_id',
    {
      config: WRITE,
      schema: {
        summary: 'Hold stock for a while',
        ...shape,
        body: ReservationInput,
        response: { 200: ReservationOutput, 201: ReservationOutput, ...problemResponses(400, 401, 403, 409) },
      },
    },
    async (request, reply) => {
      const asked = readReservationBody(request.params.reservation_id, request.body)
      const { done, fresh } = await reserve(db, asked)
      if (fresh) reply.code(201).header('location', `/reservations/${asked.id}`)
      return send(request, reply, done)
    },
  )

  app.put(
    '/reservations/:reservation_id/confirmation',
    {
      config: WRITE,
      schema: {
        summary: 'Make a hold lasting',
        ...shape,
        body: NoBody,
        response: { 200: ReservationOutput, ...problemResponses(400, 401, 403, 404, 409) },
      },
    },
    async (request, reply) => {
      const reservation = found(await confirmReservation(db, request.params.reservation_id))
      return send(request, reply, reservation)
    },
  )

  app.put(
    '/reservations/:reservation_id/release',
    {
      config: WRITE,
      schema: {
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
        await releaseReservation(db, request.params.reservation_id, wanted),
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
      const head = { ...causeOf(request), occurredAt: new Date(now()), fingerprint: fingerprintOf(lines) }
      const { result, fresh } = found(
        await consumeReservation(
          db,
          request.params.reservation_id,
          fulfillmentId,
          lineQuantities(lines),
          head,
        ),
      )
      return reply.code(fresh ? 201 : 200).send(result)
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
  const asked = lines.map(({ line_id, location_id = null, ...rest }) => ({
    ...rest,
    lineId: line_id,
    locationId: location_id,
  }))
  // Spelled out property by property: the same content in another order is the same call.
  const fingerprint = fingerprintOf([
    reference.type,
    reference.id,
    seconds,
    asked.map(({ lineId, product_id, sku, quantity, locationId }) => [
      lineId,
      product_id,
      sku,
      quantity,
      locationId,
    ]),
  ])
  return { id, reference, seconds: seconds as number, fingerprint, lines: asked }
}

function lineQuantities(lines: readonly { line_id: string; quantity: number }[]) {
  return lines.map(({ line_id: lineId, quantity }) => ({ lineId, quantity }))
}

function fingerprintOf(content: unknown): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('base64url')
}

function send(request: FastifyRequest, reply: FastifyReply, reservation: StoredReservation): FastifyReply {
  return sendTagged(request, reply, reservation.version, reservationBody(reservation))
}

function found<T>(reservation: T | undefined): T {
  if (reservation === undefined)
    throw new ProblemError(problems.notFound, { detail: 'No reservation has this id.' })
  return reservation
}
