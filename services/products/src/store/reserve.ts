import { inTransaction } from '@stockgate/service-kit'
import { sql } from 'kysely'
import { type AllocatedLine, allocate, type WantedLine } from '../domain/allocation.ts'
import { type Fault, Refusal } from '../domain/refusal.ts'
import { refuseGone } from '../domain/reservation.ts'
import type { AskedReservation } from '../domain/reservations.ts'
import { expireOne, expireWithLevelsOf, hasOverdueOn, lockOverdueOn } from './expiry.ts'
import { changeLevels, lockLevelsOf, reservedChanges } from './levels.ts'
import { productsOf } from './references.ts'
import { insertLines, lockReservation, readReservation, type StoredReservation } from './reservation-rows.ts'
import type { Database, Trx } from './tables.ts'

type Outcome = { done: StoredReservation; fresh: boolean } | 'short-but-overdue' | 'expired'

/**
 * Holds the lines, all or none; a repeat finds the first one's result. Comes it up short while holds on the same
 * products are past their time, those are ended in the transaction of a second try.
 */
export async function reserve(
  db: Database,
  asked: AskedReservation,
): Promise<{ done: StoredReservation; fresh: boolean }> {
  let outcome = await attempt(db, asked, false)
  if (outcome === 'short-but-overdue') outcome = await attempt(db, asked, true)
  if (outcome === 'expired' || outcome === 'short-but-overdue')
    throw new Refusal('reservation-expired', 'The reservation has expired.')
  return outcome
}

/** Thrown to take the first try back. */
const AGAIN = new Error('holds on these products are overdue')

async function attempt(db: Database, asked: AskedReservation, last: boolean): Promise<Outcome> {
  try {
    return await inTransaction(db, async (trx) => {
      const fresh = await insertHeld(trx, asked)
      if (!fresh) return repeat(trx, asked)
      const lines = await wantedLines(trx, asked)
      const productIds = [...new Set(lines.map((line) => line.productId))]
      if (last) await expireWithLevelsOf(trx, await lockOverdueOn(trx, productIds), productIds)
      const levels = await lockLevelsOf(trx, productIds)
      const { allocated, short } = allocate(lines, levels)
      if (short.length > 0) {
        if (!last && (await hasOverdueOn(trx, productIds))) throw AGAIN
        throw shortage(short, lines.length)
      }
      const shares = allocated.flatMap((line) =>
        line.allocations.map((allocation) => ({ productId: line.productId, ...allocation })),
      )
      await changeLevels(trx, reservedChanges(shares, 1))
      await insertLines(trx, asked.id, allocated)
      return { done: held(fresh, asked, allocated), fresh: true }
    })
  } catch (error) {
    if (error === AGAIN) return 'short-but-overdue'
    throw error
  }
}

interface Times {
  readonly version: number
  readonly expiresAt: Date
  readonly createdAt: Date
  readonly updatedAt: Date
}

async function insertHeld(trx: Trx, asked: AskedReservation): Promise<Times | undefined> {
  const { rows } = await sql<Times>`
    insert into reservations (id, status, reference_type, reference_id, fingerprint, expires_at)
    values (${asked.id}, 'HELD', ${asked.reference.type}, ${asked.reference.id}, ${asked.fingerprint},
      clock_timestamp() + make_interval(secs => ${asked.seconds}))
    on conflict (id) do nothing
    returning version, expires_at as "expiresAt", created_at as "createdAt", updated_at as "updatedAt"`.execute(
    trx,
  )
  return rows[0]
}

/** The id is known already: the very same call gets its result again, as long as the promise stands. */
async function repeat(trx: Trx, asked: AskedReservation): Promise<Outcome> {
  const known = (await lockReservation(trx, asked.id)) as StoredReservation
  if (known.status === 'RELEASED') refuseGone(known.status)
  if (known.fingerprint !== asked.fingerprint)
    throw new Refusal('illegal-transition', 'This id is taken by a reservation with other content.')
  refuseGone(known.status)
  // A plain read of the locked row shows EXPIRED when its time is over by the database's clock.
  const now = (await readReservation(trx, asked.id)) as StoredReservation
  if (now.status !== 'EXPIRED') return { done: known, fresh: false }
  await expireOne(trx, known)
  return 'expired'
}

async function wantedLines(trx: Trx, asked: AskedReservation): Promise<WantedLine[]> {
  const { products, faults } = await productsOf(trx, asked.lines, { lock: false })
  const seen = new Set<string>()
  for (const [index, { lineId }] of asked.lines.entries()) {
    if (seen.has(lineId))
      faults.push({ pointer: `#/lines/${index}/line_id`, detail: 'is named twice', code: 'DUPLICATE_LINE' })
    seen.add(lineId)
  }
  if (faults.length > 0) throw new Refusal('validation-error', 'Some lines cannot be meant.', faults)
  return asked.lines.map(({ lineId, quantity, locationId }, index) => {
    const { id: productId, sku } = products[index] as { id: string; sku: string }
    return { lineId, productId, sku, quantity, locationId }
  })
}

function shortage(short: readonly Fault[], lines: number): Refusal {
  return new Refusal('insufficient-stock', `${short.length} of ${lines} lines cannot be reserved.`, short)
}

function held(times: Times, asked: AskedReservation, allocated: readonly AllocatedLine[]): StoredReservation {
  return {
    id: asked.id,
    status: 'HELD',
    reference: asked.reference,
    fingerprint: asked.fingerprint,
    ...times,
    lines: allocated.map(({ lineId, productId, sku, quantity, allocations }) => ({
      lineId,
      productId,
      sku,
      quantity,
      allocations: allocations.map((one) => ({ ...one, consumed: 0, released: 0 })),
    })),
  }
}
