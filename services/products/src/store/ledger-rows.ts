import { newId } from '@stockgate/service-kit'
import { type Selectable, type SelectQueryBuilder, sql } from 'kysely'
import type { DocumentHead } from '../domain/document.ts'
import type { Movement } from '../domain/ledger.ts'
import type { Entry } from '../domain/movement.ts'
import { levelKey } from '../domain/stock-level.ts'
import { changeLevels, type LevelChange } from './levels.ts'
import type { Database, Tables, Trx } from './tables.ts'

type Row = Selectable<Tables['stock_movements']>

/**
 * Writes entries to the ledger and their sums to the levels, which the transaction has locked. `reserved` are
 * differences that belong to the same step, such as a promise that is shipped.
 */
export async function appendEntries(
  trx: Trx,
  entries: readonly Entry[],
  head: DocumentHead,
  reserved: readonly LevelChange[] = [],
): Promise<Movement[]> {
  const changes = new Map(reserved.map((change) => [levelKey(change.productId, change.locationId), change]))
  for (const { productId, locationId, onHandAfter, sequence } of entries) {
    const key = levelKey(productId, locationId)
    const written = { onHand: onHandAfter, sequence }
    changes.set(key, { productId, locationId, reserved: changes.get(key)?.reserved ?? 0, written })
  }
  await changeLevels(trx, [...changes.values()])
  const { rows } = await sql<Row>`
    insert into stock_movements (
      id, document_id, product_id, location_id, sequence, type, reason, delta, on_hand_after, note, reference_type,
      reference_id, actor_sub, actor_client_id, reversal_of, trace_id, occurred_at)
    select
      e.id, ${head.documentId}, e.product_id, e.location_id, e.sequence, e.type, ${head.reason}, e.delta,
      e.on_hand_after, ${head.note}, ${head.reference?.type ?? null}, ${head.reference?.id ?? null},
      ${head.actor.sub}, ${head.actor.clientId}, e.reversal_of, ${head.traceId}, ${head.occurredAt}::timestamptz
    from unnest(
      ${entries.map(() => newId('mov'))}::text[],
      ${entries.map((entry) => entry.productId)}::text[],
      ${entries.map((entry) => entry.locationId)}::text[],
      ${entries.map((entry) => entry.sequence)}::bigint[],
      ${entries.map((entry) => entry.type)}::text[],
      ${entries.map((entry) => entry.delta)}::bigint[],
      ${entries.map((entry) => entry.onHandAfter)}::bigint[],
      ${entries.map((entry) => entry.reversalOf)}::text[]
    ) with ordinality
      as e (id, product_id, location_id, sequence, type, delta, on_hand_after, reversal_of, position)
    order by e.position
    returning *`.execute(trx)
  return rows.map(fromRow).sort((a, b) => a.entryNo - b.entryNo)
}

/** Rows of the ledger that a condition picks. */
export async function selectMovements(
  db: Database | Trx,
  choose: (query: MovementQuery) => MovementQuery,
): Promise<Movement[]> {
  return (await choose(db.selectFrom('stock_movements').selectAll()).execute()).map(fromRow)
}

type MovementQuery = SelectQueryBuilder<Tables, 'stock_movements', Row>

function fromRow(row: Row): Movement {
  const { reference_type: type, reference_id: id } = row
  return {
    id: row.id,
    entryNo: row.entry_no,
    documentId: row.document_id,
    productId: row.product_id,
    locationId: row.location_id,
    sequence: row.sequence,
    type: row.type,
    reason: row.reason,
    delta: row.delta,
    onHandAfter: row.on_hand_after,
    note: row.note,
    reference: type !== null && id !== null ? { type, id } : null,
    actor: { sub: row.actor_sub, clientId: row.actor_client_id },
    reversalOf: row.reversal_of,
    traceId: row.trace_id,
    occurredAt: row.occurred_at,
    recordedAt: row.recorded_at,
  }
}
