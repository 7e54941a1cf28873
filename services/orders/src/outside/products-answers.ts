import type { Fault } from '../domain/order.ts'
import type { Refusal, Reservation, ReservationStatus } from '../domain/reservations.ts'

/** The part of a reservation that orders reads; undefined when products sent something else. */
export function readReservation(document: unknown): Reservation | undefined {
  if (!isObject(document) || typeof document.id !== 'string' || !isStatus(document.status)) return undefined
  if (!Array.isArray(document.lines)) return undefined
  const lines = document.lines.map(readLine)
  return lines.every((line) => line !== undefined)
    ? { id: document.id, status: document.status, lines }
    : undefined
}

function readLine(line: unknown): Reservation['lines'][number] | undefined {
  if (!isObject(line)) return undefined
  const { line_id, product_id, quantity, released = 0 } = line
  if (typeof line_id !== 'string' || typeof product_id !== 'string') return undefined
  if (!Number.isSafeInteger(quantity) || !Number.isSafeInteger(released)) return undefined
  return { lineId: line_id, productId: product_id, quantity: Number(quantity), released: Number(released) }
}

/** Answers that are a clear no, whatever has gone before; any other failure leaves the effect open. */
const CLEAR_NO = new Set([400, 404, 409, 410, 413, 422])

/** Why products said no; undefined where the answer is not products' own or leaves open what happened. */
export function readRefusal(status: number, type: string, document: unknown): Refusal | undefined {
  if (!CLEAR_NO.has(status) || !type.startsWith('application/problem+json') || !isObject(document))
    return undefined
  const reason = String(document.type ?? '')
    .split('/')
    .at(-1)
  if (!reason) return undefined
  const faults = Array.isArray(document.errors) ? document.errors.filter(isFault) : []
  return { reason, detail: typeof document.detail === 'string' ? document.detail : '', faults }
}

function isFault(value: unknown): value is Fault {
  return isObject(value) && typeof value.pointer === 'string' && typeof value.detail === 'string'
}

const STATUSES: readonly string[] = ['HELD', 'CONFIRMED', 'CONSUMED', 'RELEASED', 'EXPIRED']

function isStatus(value: unknown): value is ReservationStatus {
  return typeof value === 'string' && STATUSES.includes(value)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
