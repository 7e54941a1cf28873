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
