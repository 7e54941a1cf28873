import { hasCheckDigit } from './gtin.ts'

/** What a GS1 element string says, in the words of our answers. */
export interface Gs1Data {
  /** AI 01: the trade item, 14 digits. */
  gtin?: string
  /** AI 02: the trade item contained in the logistic unit. */
  contentGtin?: string
  /** AI 00: the logistic unit. */
  sscc?: string
  /** AI 10. */
  lot?: string
  /** AI 17, as a calendar date. */
  expiresOn?: string
  /** AI 21. */
  serial?: string
  /** AI 37. */
  count?: number
}

type Read = (value: string, today: Date) => Gs1Data | undefined

interface Identifier {
  /** Digits of a fixed length need no separator after them. */
  readonly length?: number
  readonly read: Read
}

const GS = '\x1d'
/** GS1's 82 characters of free text. */
const FREE = /^[!"%&'()*+,\-./0-9:;<=>?A-Z_a-z]{1,20}$/

const digits =
  (length: number, read: (value: string) => Gs1Data): Read =>
  (value) =>
    value.length === length && /^\d+$/.test(value) && hasCheckDigit(value) ? read(value) : undefined

const IDENTIFIERS: Readonly<Record<string, Identifier>> = {
  '00': { length: 18, read: digits(18, (sscc) => ({ sscc })) },
  '01': { length: 14, read: digits(14, (gtin) => ({ gtin })) },
  '02': { length: 14, read: digits(14, (contentGtin) => ({ contentGtin })) },
  '10': { read: (lot) => (FREE.test(lot) ? { lot } : undefined) },
  '17': { length: 6, read: readDate },
  '21': { read: (serial) => (FREE.test(serial) ? { serial } : undefined) },
  '37': { read: (count) => (/^\d{1,8}$/.test(count) ? { count: Number(count) } : undefined) },
}

/** True for data that says of itself to be GS1: brackets, a symbology identifier, or a separator. */
export function isMarkedGs1(data: string): boolean {
  return /^(\(\d{2}\)|\](?:C1|d2|Q3|e0))/.test(data) || data.includes(GS)
}

/**
 * Reads an element string, bracketed `(01)…(10)…` or as scanned, with FNC1 as the group separator. Undefined when a
 * part of it is unknown, twice there or wrong. `today` decides the century of a two-digit year.
 */
export function readGs1(data: string, today: Date): Gs1Data | undefined {
  const parts = data.startsWith('(') ? splitBrackets(data) : splitScanned(data)
  if (!parts || parts.length === 0) return undefined
  const all: Gs1Data = {}
  for (const [identifier, value] of parts) {
    const part = IDENTIFIERS[identifier]?.read(value, today)
    if (!part || Object.keys(part).some((key) => key in all)) return undefined
    Object.assign(all, part)
  }
  return all
}

function splitBrackets(data: string): [string, string][] | undefined {
  const parts = [...data.matchAll(/\((\d{2})\)((?:(?!\(\d{2}\)).)+)/gs)]
  const whole = parts.map(([text]) => text).join('') === data
  return whole ? parts.map(([, identifier, value]) => [identifier as string, value as string]) : undefined
}

function splitScanned(data: string): [string, string][] | undefined {
  let rest = data.replace(/^\](?:C1|d2|Q3|e0)/, '')
  if (rest.startsWith(GS)) rest = rest.slice(1)
  const parts: [string, string][] = []
  while (rest !== '') {
    const identifier = rest.slice(0, 2)
    const known = IDENTIFIERS[identifier]
    if (!known) return undefined
    const end = rest.indexOf(GS, 2)
    const stop = known.length ? 2 + known.length : end < 0 ? rest.length : end
    parts.push([identifier, rest.slice(2, stop)])
    rest = rest.slice(stop)
    if (rest.startsWith(GS)) rest = rest.slice(1)
  }
  return parts
}

/** YYMMDD; day 00 is the last of the month. The century is the one that brings the year within 50 of today. */
function readDate(value: string, today: Date): Gs1Data | undefined {
  if (!/^\d{6}$/.test(value)) return undefined
  const [yy, month, day] = [value.slice(0, 2), value.slice(2, 4), value.slice(4)].map(Number) as [
    number,
    number,
    number,
  ]
  const thisYear = today.getUTCFullYear()
  let year = Math.floor(thisYear / 100) * 100 + yy
  if (year - thisYear >= 51) year -= 100
  else if (year - thisYear <= -50) year += 100
  const lastDay = new Date(Date.UTC(year, month, 0)).getUTCDate()
  if (month < 1 || month > 12 || day > lastDay) return undefined
  return {
    expiresOn: new Date(Date.UTC(year, month - 1, day === 0 ? lastDay : day)).toISOString().slice(0, 10),
  }
}
