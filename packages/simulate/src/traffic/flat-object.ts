/** What a member of an object is; ABSENT where there is none of that name. */
export const ABSENT = 0
export const TEXT = 1
export const NUMBER = 2
/** null, true or false. */
export const WORD = 3

const QUOTE = 34
const COMMA = 44
const DOT = 46
const COLON = 58
const BACKSLASH = 92
const OPEN = 123
const CLOSE = 125
const WORDS = new Map(
  [...'ntf'].map((first, index) => [first.charCodeAt(0), ['null', 'true', 'false'][index]]),
)
/** So many digits are an exact number, and so is one divided by a power of ten. */
const MOST_DIGITS = 15

/**
 * Finds some members of a flat JSON object in bytes without making a text or an object of it. It takes objects only as
 * programs write them: no spaces, no escapes, nothing nested, plain decimal numbers. Everything else is left to
 * JSON.parse; what is taken means just what JSON.parse makes of it, of two members of one name the last one.
 */
export class FlatObject {
  /** One for each name. */
  readonly kinds: Uint8Array
  /** Where texts begin and end, without the quotes. */
  readonly begins: Uint32Array
  readonly ends: Uint32Array
  readonly numbers: Float64Array
  readonly #names: readonly Buffer[]
  /** By the length of the name. */
  readonly #byLength: readonly (readonly number[])[]
  #bytes: Buffer = Buffer.alloc(0)
  #end = 0
  /** Of the number last read. */
  #number = 0

  constructor(names: readonly string[]) {
    this.kinds = new Uint8Array(names.length)
    this.begins = new Uint32Array(names.length)
    this.ends = new Uint32Array(names.length)
    this.numbers = new Float64Array(names.length)
    this.#names = names.map((name) => Buffer.from(name))
    const longest = Math.max(...this.#names.map(({ length }) => length))
    this.#byLength = Array.from({ length: longest + 1 }, (_, length) =>
      names.flatMap((_, index) => (this.#names[index]?.length === length ? [index] : [])),
    )
  }

  /** False where the bytes are nothing it takes, whether JSON or not. */
  read(bytes: Buffer, start: number, end: number): boolean {
    if (bytes[start] !== OPEN || bytes[end - 1] !== CLOSE) return false
    this.#bytes = bytes
    this.#end = end
    this.kinds.fill(ABSENT)
    const last = end - 1
    for (let at = start + 1; ; at++) {
      if (bytes[at] !== QUOTE) return false
      const nameEnd = this.#textEnd(at + 1)
      if (nameEnd === 0 || bytes[nameEnd + 1] !== COLON) return false
      const member = this.#memberAt(at + 1, nameEnd)
      at = this.#valueEnd(nameEnd + 2, member)
      if (at === last) return true
      if (at === 0 || at > last || bytes[at] !== COMMA) return false
    }
  }

  /** The index of a name, or −1. */
  #memberAt(from: number, to: number): number {
    const candidates = this.#byLength[to - from]
    if (candidates === undefined) return -1
    for (let place = 0; place < candidates.length; place++) {
      const member = candidates[place] as number
      const name = this.#names[member] as Buffer
      let at = 0
      while (at < name.length && this.#bytes[from + at] === name[at]) at++
      if (at === name.length) return member
    }
    return -1
  }

  /** Reads a value; where it ends, or 0. */
  #valueEnd(from: number, member: number): number {
    const first = this.#bytes[from] as number
    let kind = NUMBER
    let end = 0
    if (first === QUOTE) {
      kind = TEXT
      end = this.#textEnd(from + 1) + 1
      // Else there was no end.
      if (end === 1) return 0
    } else if (first >= 48 && first <= 57) end = this.#numberEnd(from)
    else {
      kind = WORD
      end = this.#wordEnd(from, first)
    }
    if (member === -1) return end
    this.kinds[member] = kind
    if (kind === NUMBER) this.numbers[member] = this.#number
    if (kind === TEXT) {
      this.begins[member] = from + 1
      this.ends[member] = end - 1
    }
    return end
  }

  /** Where the closing quote is, or 0. */
  #textEnd(from: number): number {
    const bytes = this.#bytes
    for (let at = from; at < this.#end; at++) {
      const byte = bytes[at] as number
      if (byte === QUOTE) return at
      if (byte === BACKSLASH || byte < 32) return 0
    }
    return 0
  }

  #numberEnd(from: number): number {
    const bytes = this.#bytes
    let value = 0
    let at = from
    for (; isDigit(bytes[at]); at++) value = value * 10 + (bytes[at] as number) - 48
    if (bytes[from] === 48 && at > from + 1) return 0
    let digits = at - from
    if (bytes[at] === DOT) {
      const point = at++
      for (; isDigit(bytes[at]); at++) value = value * 10 + (bytes[at] as number) - 48
      const decimals = at - point - 1
      if (decimals === 0) return 0
      digits += decimals
      if (digits <= MOST_DIGITS) value /= 10 ** decimals
    }
    this.#number = value
    return digits <= MOST_DIGITS ? at : 0
  }

  #wordEnd(from: number, first: number): number {
    const word = WORDS.get(first)
    if (word === undefined) return 0
    for (let at = 1; at < word.length; at++) if (this.#bytes[from + at] !== word.charCodeAt(at)) return 0
    return from + word.length
  }
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 48 && byte <= 57
}
