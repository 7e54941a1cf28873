import type { WrittenLimit } from './limit-schema.ts'
import type { LimitSpec, Partition } from './policy.ts'

/** The zone of calendar quotas and schedules that name none. */
export const DEFAULT_ZONE = 'UTC'

type WrittenLimits = Readonly<Record<string, WrittenLimit>>

/** Valid limits as they are worked with, in the order of the document. */
export function normaliseLimits(written: WrittenLimits | undefined): readonly LimitSpec[] {
  return Object.freeze(Object.entries(written ?? {}).map(([name, limit]) => normaliseLimit(name, limit)))
}

function normaliseLimit(name: string, limit: WrittenLimit): LimitSpec {
  const per = (limit.per ?? null) as Partition | null
  if (limit.concurrent !== undefined)
    return Object.freeze({ kind: 'concurrency', name, quota: limit.concurrent, per })
  const quota = limit.quota as number
  if (limit.window !== undefined)
    return Object.freeze({ kind: 'rate', name, quota, window: limit.window, per })
  const period = limit.period as 'day' | 'month'
  return Object.freeze({
    kind: 'calendar',
    name,
    quota,
    period,
    timeZone: limit.timeZone ?? DEFAULT_ZONE,
    per,
  })
}

/** The limits of a tier with others in the place of those of the same name, and the rest behind them. */
export function withLimits(own: readonly LimitSpec[], others: readonly LimitSpec[]): readonly LimitSpec[] {
  if (others.length === 0) return own
  const replaced = own.map((limit) => others.find(({ name }) => name === limit.name) ?? limit)
  const added = others.filter(({ name }) => !own.some((limit) => limit.name === name))
  return Object.freeze([...replaced, ...added])
}

/** The written form of limits; what `normaliseLimits` reads back into the same. */
export function writeLimitSpecs(limits: readonly LimitSpec[]): Record<string, WrittenLimit> {
  return Object.fromEntries(limits.map((limit) => [limit.name, writeLimit(limit)]))
}

function writeLimit(limit: LimitSpec): WrittenLimit {
  const per = limit.per === null ? {} : { per: limit.per }
  switch (limit.kind) {
    case 'rate':
      return { quota: limit.quota, window: limit.window, ...per }
    case 'calendar': {
      const zone = limit.timeZone === DEFAULT_ZONE ? {} : { timeZone: limit.timeZone }
      return { quota: limit.quota, period: limit.period, ...zone, ...per }
    }
    case 'concurrency':
      return { concurrent: limit.quota, ...per }
  }
}

/** Whether two limits say the same. */
export function sameLimit(a: LimitSpec, b: LimitSpec): boolean {
  return a.name === b.name && JSON.stringify(writeLimit(a)) === JSON.stringify(writeLimit(b))
}
