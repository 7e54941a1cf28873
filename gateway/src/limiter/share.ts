import type { CalendarLimit, ConcurrencyLimit, RateLimit } from '@stockgate/policy-schema'
import type { Place } from '../fleet/index.ts'

/**
 * The part of each limit that one of `size` gateways may give out while none can ask the others. What all of them
 * admit together is never more than what was left when they lost each other, with one exception: a rate or a
 * concurrency limit too small to be split lets each gateway admit one call at a time, so that no client is shut out
 * by the outage: at most size × cost at once. A rate keeps its average even then. Where only some gateways have lost
 * the store, what their shares admit comes on top of what the others admit with it: for k of n at most k/n more.
 */

/**
 * A debt is time, so it carries over as it is: the same part of the share is spent as of the whole. Too small a
 * share for one call of this cost becomes a longer window with room for exactly one.
 */
export function shareOfRate(spec: RateLimit, cost: number, { size }: Place): RateLimit {
  if (size === 1 || cost > spec.quota) return spec
  const quota = Math.floor(spec.quota / size)
  if (quota >= cost && quota > 0) return { ...spec, quota }
  const units = Math.max(cost, 1)
  return { ...spec, quota: units, window: Math.ceil((spec.window * size * units) / spec.quota) }
}

/** What was left is split, the odd units going to the first gateways: the sum is exactly what was left. */
export function shareOfCalendar(spec: CalendarLimit, used: number, place: Place): CalendarLimit {
  return { ...spec, quota: partOf(Math.max(spec.quota - used, 0), place) }
}

/** What a gateway knows of a concurrency limit when it is on its own. */
export interface PlacesKnown {
  /** Places in use over all gateways, and by this one, when the shared count was lost; null: that was long ago. */
  readonly before: { readonly all: number; readonly own: number } | null
  /** Places this gateway still holds from before. */
  readonly held: number
}

/**
 * An equal part of all places, but at first no more than its own ones and its part of the free ones: the rest is
 * still in use elsewhere. The result is for new places besides those held from before.
 */
export function shareOfPlaces(
  spec: ConcurrencyLimit,
  { before, held }: PlacesKnown,
  place: Place,
): ConcurrencyLimit {
  const fair = spec.quota < place.size ? Math.min(spec.quota, 1) : partOf(spec.quota, place)
  const free = before === null ? fair : before.own + partOf(Math.max(spec.quota - before.all, 0), place)
  // A limit too small to split lets one pass everywhere, also while others may hold it.
  const mine = spec.quota < place.size ? fair : Math.min(fair, free)
  return { ...spec, quota: Math.max(mine - held, 0) }
}

function partOf(whole: number, { size, rank }: Place): number {
  const place = Math.min(rank, size - 1)
  return Math.floor((whole + size - 1 - place) / size)
}
