/** One place in what was asked that cannot be done; `pointer` is a JSON Pointer into it. */
export interface Fault {
  pointer: string
  detail: string
  code?: string
  [more: string]: unknown
}

/** Why something is refused, in the words of the problem catalogue. */
export type Refused =
  | 'validation-error'
  | 'insufficient-stock'
  | 'stock-changed'
  | 'illegal-transition'
  | 'product-has-stock'
  | 'location-not-empty'
  | 'reservation-expired'
  | 'reservation-released'
  | 'barcode-invalid'
  | 'barcode-unknown'
  | 'duplicate-sku'
  | 'duplicate-barcode'
  | 'duplicate-code'
  | 'not-found'

/** A rule says no. Thrown inside a transaction it takes everything back. */
export class Refusal extends Error {
  readonly reason: Refused
  readonly faults: readonly Fault[]

  constructor(reason: Refused, detail: string, faults: readonly Fault[] = []) {
    super(detail)
    this.name = 'Refusal'
    this.reason = reason
    this.faults = faults
  }
}
