const LENGTHS = new Set([8, 12, 13, 14])

/** The check digit over the digits before it, as GS1 weighs them: 3 and 1 in turn from the right. */
export function checkDigit(digits: string): number {
  let sum = 0
  for (let i = 0; i < digits.length; i++) sum += Number(digits.at(-1 - i)) * (i % 2 === 0 ? 3 : 1)
  return (10 - (sum % 10)) % 10
}

/** True when the last digit is the check digit of the ones before it. */
export function hasCheckDigit(digits: string): boolean {
  return checkDigit(digits.slice(0, -1)) === Number(digits.at(-1))
}

/** True for text of the shape of a GTIN-8, -12, -13 or -14, whatever its check digit. */
export function looksLikeGtin(text: string): boolean {
  return LENGTHS.has(text.length) && /^\d+$/.test(text)
}

/** The GTIN in its 14-digit form, so that one trade item has one spelling; undefined when it is no valid GTIN. */
export function normaliseGtin(text: string): string | undefined {
  return looksLikeGtin(text) && hasCheckDigit(text) ? text.padStart(14, '0') : undefined
}
