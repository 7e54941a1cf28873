const QUOTE = 0x22
const COLON = 0x3a
const OPEN_LIST = 0x5b
const BACKSLASH = 0x5c
const CLOSE_LIST = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

/** What can be told of a JSON text by its brackets alone. */
export interface Outline {
  /** False as soon as it is deeper than asked for; nothing behind that place was looked at. */
  readonly shallow: boolean
  /** Members of all objects, repeated ones counted each time. Only true of a text that is valid. */
  readonly members: number
}

/**
 * Counts brackets and colons outside of texts, before anything is parsed: whoever walks through a value by recursion
 * would run out of stack in a deep one.
 */
export function outlineOf(bytes: Uint8Array, deepest: number): Outline {
  let depth = 0
  let members = 0
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]
    if (byte === QUOTE) at = endOfText(bytes, at)
    else if (byte === COLON) members++
    else if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
      if (++depth > deepest) return { shallow: false, members }
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) depth--
  }
  return { shallow: true, members }
}

/** The place of the quote that ends a text; the end of the bytes where none does. */
function endOfText(bytes: Uint8Array, start: number): number {
  for (let at = start + 1; ; at++) {
    at = bytes.indexOf(QUOTE, at)
    if (at === -1) return bytes.length
    let before = at - 1
    while (bytes[before] === BACKSLASH) before--
    // An even number of backslashes are backslashes; with an odd one the last of them means the quote.
    if ((at - before) % 2 === 1) return at
  }
}
