import { InvalidArgumentError } from 'commander'

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 }
const ISO = /^P(?=\d|T\d)(?:\d{1,9}W)?(?:\d{1,9}D)?(?:T(?=\d)(?:\d{1,9}H)?(?:\d{1,9}M)?(?:\d{1,9}S)?)?$/

/** Reads an option as a length of time, `90d` or `12h`, in seconds. ISO 8601 durations go on as they are. */
export function duration(text: string): number | string {
  const [, count, unit] = /^(\d{1,9})([smhdw])$/.exec(text) ?? []
  if (count !== undefined && unit !== undefined) return Number(count) * (UNITS[unit] ?? 0)
  if (ISO.test(text)) return text
  throw new InvalidArgumentError('expected a length of time such as 45s, 30m, 12h, 90d, 2w or P90D.')
}
