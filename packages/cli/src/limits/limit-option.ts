import { InvalidArgumentError } from 'commander'

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 }

/** A limit as limits.json writes it. */
export interface WrittenLimit {
  readonly quota?: number
  readonly window?: number
  readonly period?: string
  readonly concurrent?: number
}

/** Gathers `--limit` options into limits as limits.json writes them. */
export function limits(
  text: string,
  earlier: Readonly<Record<string, WrittenLimit>> = {},
): Readonly<Record<string, WrittenLimit>> {
  const [, name, quota, period, count, unit] =
    /^([a-z][a-z0-9-]{0,31})=(\d{1,9})(?:\/(day|month)|\/(\d{0,7})([smhd]))?$/.exec(text) ?? []
  if (name === undefined)
    throw new InvalidArgumentError(
      'expected a limit such as burst=200/1s, daily=100000/day or concurrency=20.',
    )
  if (Object.hasOwn(earlier, name)) throw new InvalidArgumentError(`"${name}" is given twice.`)
  return { ...earlier, [name]: limitOf(Number(quota), period, count, unit) }
}

function limitOf(quota: number, period?: string, count?: string, unit?: string): WrittenLimit {
  if (period !== undefined) return { quota, period }
  if (unit === undefined) return { concurrent: quota }
  return { quota, window: Number(count || 1) * (SECONDS[unit] ?? 1) }
}

/** Limits in the words of the option, for lists. */
export function asOptions(written: Readonly<Record<string, WrittenLimit>>): string[] {
  return Object.entries(written).map(([name, { quota, window, period, concurrent }]) =>
    concurrent === undefined ? `${name}=${quota}/${period ?? `${window}s`}` : `${name}=${concurrent}`,
  )
}
