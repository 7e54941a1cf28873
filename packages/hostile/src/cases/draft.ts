/** What part of a message a case attacks. */
export const FAMILIES = ['targets', 'headers', 'framing', 'tokens', 'bodies'] as const
export type Family = (typeof FAMILIES)[number]

/** Stands in the bytes of a case where its own id goes; as long as every id is. */
export const MARK = '0case0id'
/** What a client must never get through to a service, nor into the log. */
export const CANARY = 'canary7f3a'

/** How a service has to see a request. */
export interface Arrival {
  readonly method: string
  readonly target: string
  /** Undefined where the body may be another one. */
  readonly body?: Buffer | undefined
  /** The same body in its own form, where the gateway may take a coding off. */
  readonly decoded?: Buffer
  /** Headers that have to be there as sent. */
  readonly headers?: readonly (readonly [string, string])[]
}

/** What one request of a case has coming, known from how it was made. */
export interface Expected {
  readonly verdict: 'pass' | 'refuse' | 'either'
  /** For `pass`. */
  readonly arrival?: Arrival
  /** For `refuse`; by default every 4xx. */
  readonly statuses?: readonly number[]
  /** After the answer nobody can tell where the next request begins, so the connection has to end. */
  readonly closes?: boolean
  /** Refused only when part of it is on its way: a service may see a beginning, never a whole. */
  readonly partly?: boolean
  /** The connection may end without an answer of its own to this. */
  readonly silent?: boolean
}

/** A pause before the byte at this place: a turn of the loop, some milliseconds, or until an answer came. */
export interface Pause {
  readonly at: number
  readonly until: 'turn' | 'moment' | 'answer'
}

/** A case as it was drawn: the bytes with MARK in them, and what has to come of each request in them. */
export interface Draft {
  readonly family: Family
  readonly kind: string
  readonly bytes: Buffer
  readonly expected: readonly Expected[]
  readonly pauses?: readonly Pause[]
  /** The client says that it is done after the last byte, and may then be left without an answer. */
  readonly ends?: boolean
  /** How many answers come cannot be told. `expected` then has one entry, which holds for all of them. */
  readonly loose?: boolean
}

/** A draft with its place in the run. */
export interface Case extends Draft {
  readonly number: number
  readonly id: string
}

export const idOf = (number: number): string => `c${number.toString(36).padStart(MARK.length - 1, '0')}`

/** The bytes that go over the wire. */
export function bytesOf({ bytes, id }: Case): Buffer {
  return Buffer.from(bytes.toString('latin1').replaceAll(MARK, id), 'latin1')
}
