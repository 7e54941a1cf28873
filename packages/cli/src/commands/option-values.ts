import { InvalidArgumentError } from 'commander'

/** Reads an option as a whole number between two bounds. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= least && value <= most) return value
    throw new InvalidArgumentError(`expected a whole number from ${least} to ${most}.`)
  }
}

/** Reads an option as a moment: a date, or a date and time in ISO 8601. Gives milliseconds since the epoch. */
export function timeOption(text: string): number {
  const value = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN
  if (!Number.isNaN(value)) return value
  throw new InvalidArgumentError('expected a time such as 2026-11-22T08:00:00Z.')
}

const UNITS: Readonly<Record<string, number>> = { s: 1e3, m: 60e3, h: 3_600e3, d: 86_400e3, w: 604_800e3 }

/** Reads an option as a moment, or as a length of time from now such as `2h`. Gives milliseconds since the epoch. */
export function momentFromNow(text: string): number {
  const [, count, unit] = /^(\d{1,6})([smhdw])$/.exec(text) ?? []
  if (count !== undefined && unit !== undefined) return Date.now() + Number(count) * (UNITS[unit] ?? 0)
  return timeOption(text)
}
