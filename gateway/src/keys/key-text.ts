import { randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'

/**
 * An API key as its holder sees it, 66 characters: `sgk_<id>_<secret><check>`.
 * - `sgk_`: what leak scanners look for;
 * - id: 12 letters and digits, public, the name of the key's record;
 * - secret: 32 random bytes as 43 digits of base 62;
 * - check: the CRC-32 of all before it as 6 digits of base 62, so that a mistyped key is told without a look-up.
 * Digits of base 62 are `0-9A-Za-z` in this order, the highest first, padded with `0`.
 */
const FORM = /^sgk_([0-9A-Za-z]{12})_[0-9A-Za-z]{49}$/
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const ID_DIGITS = 12
const SECRET_BYTES = 32
const SECRET_DIGITS = 43
const CHECK_DIGITS = 6

/** What a leak scanner may search texts for; `isKeyText` then tells a key from what only looks like one. */
export const KEY_PATTERN = 'sgk_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}'

export interface MintedKey {
  readonly id: string
  /** The whole key. Nobody but its holder may keep it. */
  readonly text: string
}

/** Makes a new key that nobody can guess. */
export function mintKey(): MintedKey {
  const id = base62(randomNumber(16) % 62n ** BigInt(ID_DIGITS), ID_DIGITS)
  const body = `sgk_${id}_${base62(randomNumber(SECRET_BYTES), SECRET_DIGITS)}`
  return { id, text: body + checkOf(body) }
}

/** Whether a text has the form of a key and its check digits are right. Says nothing about whether we made it. */
export function isKeyText(text: string): boolean {
  return FORM.test(text) && text.endsWith(checkOf(text.slice(0, -CHECK_DIGITS)))
}

function checkOf(body: string): string {
  return base62(BigInt(crc32(body)), CHECK_DIGITS)
}

function randomNumber(bytes: number): bigint {
  return BigInt(`0x${randomBytes(bytes).toString('hex')}`)
}

function base62(value: bigint, digits: number): string {
  let text = ''
  for (let rest = value; text.length < digits; rest /= 62n) text = DIGITS[Number(rest % 62n)] + text
  return text
}
