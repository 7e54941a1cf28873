const SHAPE = /^P(?:(\d{1,3})D)?(?:T(?=\d)(?:(\d{1,4})H)?(?:(\d{1,6})M)?(?:(\d{1,8})S)?)?$/

/** Longest time a hold may last without confirmation: 31 days, in seconds. */
export const LONGEST_HOLD = 31 * 86_400

/** Seconds of an ISO 8601 duration in days, hours, minutes and seconds; undefined when it is none. */
export function secondsOf(duration: string): number | undefined {
  const parts = SHAPE.exec(duration)
  if (!parts || parts.slice(1).every((part) => part === undefined)) return undefined
  const [days, hours, minutes, seconds] = parts.slice(1).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
  ]
  return days * 86_400 + hours * 3_600 + minutes * 60 + seconds
}
