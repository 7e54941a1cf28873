import type { LimitSpec, Partition } from './policy.ts'

/** A limit as people say it: `burst of 100 per 1 s`. */
export function inWords(limit: LimitSpec): string {
  return `${limit.name} of ${amount(limit)}`
}

/** How much it admits: `100 per 1 s`, `5000 per day (Europe/Berlin)`, `20 in flight, each user apart`. */
export function amount(limit: LimitSpec): string {
  return `${limit.quota} ${unit(limit)}`
}

/** What the quota of a limit is told in. */
export function unit(limit: LimitSpec): string {
  const apart = limit.per === null ? '' : `, each ${partitionWords(limit.per)} apart`
  switch (limit.kind) {
    case 'rate':
      return `per ${limit.window} s${apart}`
    case 'calendar':
      return `per ${limit.period} (${limit.timeZone})${apart}`
    case 'concurrency':
      return `in flight${apart}`
  }
}

/** `client`, `user`, `address`, `value of claim "tenant"`. */
export function partitionWords(per: Partition): string {
  return per.startsWith('claim:') ? `value of claim "${per.slice('claim:'.length)}"` : per
}
