import { type Fault, Refusal } from './refusal.ts'

export const RESERVATION_STATUSES = ['HELD', 'CONFIRMED', 'CONSUMED', 'RELEASED', 'EXPIRED'] as const
export type ReservationStatus = (typeof RESERVATION_STATUSES)[number]

/** What one line holds at one place. */
export interface Allocation {
  readonly locationId: string
  readonly quantity: number
  readonly consumed: number
  readonly released: number
}

export interface ReservationLine {
  readonly lineId: string
  readonly productId: string
  readonly sku: string
  readonly quantity: number
  readonly allocations: readonly Allocation[]
}

/** A promise of stock. A tombstone is RELEASED without reference, expiry and lines. */
export interface Reservation {
  readonly id: string
  readonly status: ReservationStatus
  readonly reference: { readonly type: string; readonly id: string } | null
  readonly expiresAt: Date | null
  readonly lines: readonly ReservationLine[]
  readonly version: number
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** Units of one allocation that are consumed or released by a step. */
export interface Share {
  readonly lineId: string
  readonly productId: string
  readonly locationId: string
  readonly quantity: number
  /** Index of the line in the request that asked for it. */
  readonly asked: number
}

/** A line of a release or a consumption as the caller wrote it. */
export interface LineQuantity {
  readonly lineId: string
  readonly quantity: number
}

const open = (allocation: Allocation) => allocation.quantity - allocation.consumed - allocation.released

/** Units of a line that left the building, were given back, or are still held. */
export function unitsOf(line: ReservationLine): { consumed: number; released: number; open: number } {
  const sum = (of: (allocation: Allocation) => number) =>
    line.allocations.reduce((total, allocation) => total + of(allocation), 0)
  return { consumed: sum((a) => a.consumed), released: sum((a) => a.released), open: sum(open) }
}

/** Everything that is still held. */
export function openShares(reservation: Reservation): Share[] {
  return reservation.lines.flatMap((line, asked) =>
    line.allocations
      .filter((allocation) => open(allocation) > 0)
      .map((allocation) => ({
        lineId: line.lineId,
        productId: line.productId,
        locationId: allocation.locationId,
        quantity: open(allocation),
        asked,
      })),
  )
}

/** True when a confirmation has something to do; false for a repeat. A promise that is gone is refused. */
export function mayConfirm(reservation: Reservation): boolean {
  refuseGone(reservation.status)
  return reservation.status === 'HELD'
}

/** A promise that was released or ran out cannot be used any more. */
export function refuseGone(status: ReservationStatus): void {
  if (status === 'RELEASED') throw new Refusal('reservation-released', 'The reservation was released.')
  if (status === 'EXPIRED') throw new Refusal('reservation-expired', 'The reservation has expired.')
}

/**
 * The shares a release gives back. `wanted` names the total released of each line when the release is done, so a
 * repeat finds nothing to do; null means everything still held.
 */
export function release(reservation: Reservation, wanted: readonly LineQuantity[] | null): Share[] {
  if (wanted === null) return openShares(reservation)
  if (reservation.lines.length === 0 || reservation.status === 'EXPIRED') refuseGone(reservation.status)
  return eachLine(reservation, wanted, (line, quantity, pointer, asked) => {
    const { released, consumed } = unitsOf(line)
    if (quantity < released) return fault(pointer, `${released} are released already`)
    if (quantity > line.quantity - consumed)
      return fault(pointer, `${line.quantity - consumed} can be released at most`)
    return take(line, quantity - released, [...line.allocations].reverse(), asked)
  })
}

/** The shares a consumption takes out, in the order they were allocated. Only a confirmed promise can be consumed. */
export function consume(reservation: Reservation, wanted: readonly LineQuantity[]): Share[] {
  refuseGone(reservation.status)
  if (reservation.status !== 'CONFIRMED')
    throw new Refusal('illegal-transition', `A ${reservation.status} reservation cannot be consumed.`)
  return eachLine(reservation, wanted, (line, quantity, pointer, asked) => {
    const left = unitsOf(line).open
    if (quantity > left) return fault(pointer, `${quantity} requested, ${left} still held`)
    return take(line, quantity, line.allocations, asked)
  })
}

/** The status once `consumed` and `released` have moved: a promise with nothing open has ended. */
export function statusAfter(reservation: Reservation, step: 'consume' | 'release', shares: readonly Share[]) {
  const moved = shares.reduce((total, share) => total + share.quantity, 0)
  const units = reservation.lines.map(unitsOf)
  const left = units.reduce((total, line) => total + line.open, 0) - moved
  if (moved === 0 || left > 0) return reservation.status
  const everConsumed = step === 'consume' || units.some((line) => line.consumed > 0)
  return everConsumed ? 'CONSUMED' : 'RELEASED'
}

function take(line: ReservationLine, quantity: number, from: readonly Allocation[], asked: number): Share[] {
  let left = quantity
  const shares: Share[] = []
  for (const allocation of from) {
    const part = Math.min(left, open(allocation))
    if (part > 0)
      shares.push({
        lineId: line.lineId,
        productId: line.productId,
        locationId: allocation.locationId,
        quantity: part,
        asked,
      })
    left -= part
  }
  return shares
}

const fault = (pointer: string, detail: string): Fault => ({ pointer, detail, code: 'IMPOSSIBLE' })

function eachLine(
  reservation: Reservation,
  wanted: readonly LineQuantity[],
  share: (line: ReservationLine, quantity: number, pointer: string, asked: number) => Share[] | Fault,
): Share[] {
  const lines = new Map(reservation.lines.map((line) => [line.lineId, line]))
  const seen = new Set<string>()
  const unknown: Fault[] = []
  const impossible: Fault[] = []
  const shares: Share[] = []
  for (const [index, { lineId, quantity }] of wanted.entries()) {
    const line = lines.get(lineId)
    const pointer = `#/lines/${index}/line_id`
    if (!line) unknown.push({ pointer, detail: 'is not a line of this reservation', code: 'UNKNOWN_LINE' })
    else if (seen.has(lineId)) unknown.push({ pointer, detail: 'is named twice', code: 'DUPLICATE_LINE' })
    else {
      const outcome = share(line, quantity, `#/lines/${index}/quantity`, index)
      if (Array.isArray(outcome)) shares.push(...outcome)
      else impossible.push(outcome)
    }
    seen.add(lineId)
  }
  if (unknown.length > 0) throw new Refusal('validation-error', 'Some lines cannot be meant.', unknown)
  if (impossible.length > 0)
    throw new Refusal('illegal-transition', 'Some lines do not hold that much.', impossible)
  return shares
}
