/** The digit that stands there, or NaN. */
export function digitAt(bytes: Buffer, at: number): number {
  const digit = (bytes[at] as number) - 48
  return digit >= 0 && digit <= 9 ? digit : Number.NaN
}

/** Two digits as a number, or NaN. */
export function twoDigits(bytes: Buffer, from: number): number {
  return digitAt(bytes, from) * 10 + digitAt(bytes, from + 1)
}

/** Whether these very bytes stand there. */
export function sameBytes(bytes: Buffer, from: number, expected: Buffer): boolean {
  for (let at = 0; at < expected.length; at++) if (bytes[from + at] !== expected[at]) return false
  return true
}
