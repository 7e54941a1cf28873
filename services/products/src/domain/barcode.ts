import { type Gs1Data, isMarkedGs1, readGs1 } from './gs1.ts'
import { looksLikeGtin, normaliseGtin } from './gtin.ts'
import { Refusal } from './refusal.ts'

/** What is to be looked up for scanned data, and what the data itself told. */
export interface Scan {
  /** Registered codes to try, in this order. */
  readonly candidates: readonly string[]
  readonly told: Gs1Data
}

/**
 * Reads what a scanner sent. A code somebody registered is always tried as it is; besides, digits of a GTIN's length
 * must be a GTIN, and data that says to be GS1 must be readable, else the scan itself went wrong.
 */
export function readScan(data: string, today: Date): Scan {
  if (isMarkedGs1(data)) {
    const told = readGs1(data, today)
    if (!told) throw invalid('is no GS1 element string with identifiers 00, 01, 02, 10, 17, 21 or 37')
    return { candidates: [data, ...codesIn(told)], told }
  }
  const gtin = normaliseGtin(data)
  if (gtin !== undefined) return { candidates: [data, gtin], told: { gtin } }
  const unmarked = /^0[0-2]\d{14}/.test(data) ? readGs1(data, today) : undefined
  return { candidates: [data, ...codesIn(unmarked ?? {})], told: unmarked ?? {} }
}

/** Digits of a GTIN's length with a wrong check digit: invalid unless registered as a code of its own. */
export function refuseMisread(data: string): void {
  if (looksLikeGtin(data) && normaliseGtin(data) === undefined) throw invalid('the check digit is wrong')
}

function codesIn({ gtin, contentGtin, sscc }: Gs1Data): string[] {
  return [gtin, sscc, contentGtin].filter((code) => code !== undefined)
}

function invalid(detail: string): Refusal {
  return new Refusal('barcode-invalid', `The barcode ${detail}.`, [{ pointer: '/{data}', detail }])
}
