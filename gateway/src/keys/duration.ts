const FORM = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/
const SECONDS = [604_800, 86_400, 3_600, 60, 1]
/** No duration anybody means is longer, and sums stay exact. */
const LONGEST = 9

/**
 * A length of time in seconds: a whole number of them, or an ISO 8601 duration of weeks, days, hours, minutes and
 * seconds, such as `P90D` or `PT12H`. Months and years have no fixed length. Undefined for everything else.
 */
export function readDuration(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? value : undefined
  if (typeof value !== 'string') return undefined
  const parts = FORM.exec(value)?.slice(1)
  if (!parts?.some((part) => part !== undefined) || value.endsWith('T')) return undefined
  if (parts.some((part) => part !== undefined && part.length > LONGEST)) return undefined
  return parts.reduce((sum, part, at) => sum + Number(part ?? 0) * (SECONDS[at] ?? 0), 0)
}
