/** Some pieces of bytes: those of kind TEXT count, others are the same as none. */
export interface Pieces {
  readonly kinds: Uint8Array
  readonly begins: Uint32Array
  readonly ends: Uint32Array
}

interface Entry<T> {
  /** The pieces, a character for each byte, each followed by END or, where there is none, by NONE. */
  readonly key: string
  readonly value: T
}

const TEXT = 1
/** No piece holds a control character. */
const END = 10
const NONE = 0
const FNV_BASIS = 0x811c_9dc5
const FNV_PRIME = 0x0100_0193

/**
 * Remembers what was made of some pieces of a line, so that the same pieces are not made into texts again. Where two
 * have the same hash the later one is remembered; when there are too many, all are forgotten.
 */
export class ByBytes<T> {
  readonly #entries = new Map<number, Entry<T>>()
  readonly #members: readonly number[]
  readonly #pieces: Pieces
  readonly #make: (bytes: Buffer) => T
  readonly #most: number

  /**
   * @param members which of the pieces make the key, in this order
   * @param make makes the value of the present pieces
   */
  constructor(members: readonly number[], pieces: Pieces, make: (bytes: Buffer) => T, most: number) {
    this.#members = members
    this.#pieces = pieces
    this.#make = make
    this.#most = most
  }

  /** The value of the present pieces. */
  of(bytes: Buffer): T {
    const hash = this.#hashOf(bytes, this.#pieces)
    const entry = this.#entries.get(hash)
    if (entry !== undefined && this.#isKey(entry.key, bytes, this.#pieces)) return entry.value
    const value = this.#make(bytes)
    if (this.#entries.size >= this.#most) this.#entries.clear()
    this.#entries.set(hash, { key: this.#keyOf(bytes, this.#pieces), value })
    return value
  }

  #keyOf(bytes: Buffer, { kinds, begins, ends }: Pieces): string {
    let key = ''
    for (const member of this.#members) {
      if (kinds[member] === TEXT) key += `${bytes.toString('latin1', begins[member], ends[member])}\n`
      else key += '\0'
    }
    return key
  }

  #hashOf(bytes: Buffer, { kinds, begins, ends }: Pieces): number {
    let hash = FNV_BASIS
    for (let index = 0; index < this.#members.length; index++) {
      const member = this.#members[index] as number
      hash = Math.imul(hash ^ END, FNV_PRIME)
      if (kinds[member] !== TEXT) continue
      const end = ends[member] as number
      for (let at = begins[member] as number; at < end; at++)
        hash = Math.imul(hash ^ (bytes[at] as number), FNV_PRIME)
    }
    // Small enough to be no object.
    return hash & 0x3fff_ffff
  }

  #isKey(key: string, bytes: Buffer, { kinds, begins, ends }: Pieces): boolean {
    let place = 0
    for (let index = 0; index < this.#members.length; index++) {
      const member = this.#members[index] as number
      if (kinds[member] !== TEXT) {
        if (key.charCodeAt(place++) !== NONE) return false
        continue
      }
      const end = ends[member] as number
      for (let at = begins[member] as number; at < end; at++)
        if (key.charCodeAt(place++) !== bytes[at]) return false
      if (key.charCodeAt(place++) !== END) return false
    }
    return true
  }
}
