import type { KitTables } from '@stockgate/service-kit'
import type { Generated, GeneratedAlways, Kysely, Transaction } from 'kysely'
import type { LocationType } from '../domain/location.ts'
import type { EntryType, Reason } from '../domain/movement.ts'
import type { Attributes, BarcodeType } from '../domain/product.ts'
import type { ReservationStatus } from '../domain/reservation.ts'
import type { Condition } from '../domain/stock-level.ts'

/** The tables of this service as Kysely knows them; `migrations/` makes them. */
export interface Tables extends KitTables {
  products: {
    id: string
    sku: string
    name: string
    description: string | null
    status: Generated<'ACTIVE' | 'ARCHIVED'>
    unit_code: string
    unit_decimals: number
    attributes: Attributes
    search: string
    version: Generated<number>
    created_at: Generated<Date>
    updated_at: Generated<Date>
  }
  locations: {
    id: string
    code: string
    name: string
    type: LocationType
    status: Generated<'ACTIVE' | 'ARCHIVED'>
    parent_id: string | null
    version: Generated<number>
    created_at: Generated<Date>
    updated_at: Generated<Date>
  }
  barcodes: {
    value: string
    type: BarcodeType
    product_id: string | null
    location_id: string | null
    pack_quantity: Generated<number>
    position: Generated<number>
  }
  stock_levels: {
    product_id: string
    location_id: string
    on_hand: Generated<number>
    reserved: Generated<number>
    unavailable: Generated<number>
    available: GeneratedAlways<number>
    reorder_point: number | null
    reorder_quantity: number | null
    condition: GeneratedAlways<Condition>
    sequence: Generated<number>
    version: Generated<number>
    updated_at: Generated<Date>
  }
  stock_movements: {
    entry_no: GeneratedAlways<number>
    id: string
    document_id: string
    product_id: string
    location_id: string
    sequence: number
    type: EntryType
    reason: Reason
    delta: number
    on_hand_after: number
    note: string | null
    reference_type: string | null
    reference_id: string | null
    actor_sub: string
    actor_client_id: string
    reversal_of: string | null
    trace_id: string | null
    occurred_at: Date
    recorded_at: Generated<Date>
  }
  reservations: {
    id: string
    status: ReservationStatus
    reference_type: string | null
    reference_id: string | null
    fingerprint: string | null
    expires_at: Date | null
    version: Generated<number>
    created_at: Generated<Date>
    updated_at: Generated<Date>
  }
  reservation_lines: {
    reservation_id: string
    line_id: string
    position: number
    product_id: string
    sku: string
    quantity: number
  }
  reservation_allocations: {
    reservation_id: string
    line_id: string
    position: number
    product_id: string
    location_id: string
    quantity: number
    consumed: Generated<number>
    released: Generated<number>
  }
  reservation_consumptions: {
    reservation_id: string
    fulfillment_id: string
    fingerprint: string
    result: object
    created_at: Generated<Date>
  }
}

export type Database = Kysely<Tables>
export type Trx = Transaction<Tables>
