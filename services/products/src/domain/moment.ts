/** Clocks of scanners and phones run ahead a little; more than this is a mistake. */
const AHEAD = 5 * 60_000
const EARLIEST = Date.UTC(2000, 0, 1)

/**
 * When something happened, by the caller's own clock. Late is legal, since devices work offline; undefined for what
 * is no time, lies in the future or before the year 2000.
 */
export function momentOf(text: string, now: number): Date | undefined {
  const time = Date.parse(text)
  return time >= EARLIEST && time <= now + AHEAD ? new Date(time) : undefined
}
