import { amount } from '@stockgate/policy-schema'
import type { Need } from '../replay/demand.ts'
import type { LimitUse, Peak } from '../replay/limit-use.ts'
import type { Replayed } from '../replay/replay.ts'
import type { LimitReport, PeakUse } from './report.ts'

/** Rules that hold for a while or for some. */
const SPECIAL = /^(?:schedule|override|rollout) /

interface Pair {
  before?: LimitUse
  after?: LimitUse
  need?: Need | null
}

/** One row for each limit, those of the draft beside those in force; sorted by tier, then as they were met. */
export function limitRows({ usesBefore, usesAfter }: Replayed): LimitReport[] {
  const pairs = new Map<string, Pair>()
  const afterKeys = keysOf(usesAfter.map(({ use }) => use))
  for (const [index, { use, need }] of usesAfter.entries())
    pairs.set(afterKeys[index] as string, { after: use, need })
  const beforeKeys = keysOf(usesBefore)
  for (const [index, use] of usesBefore.entries()) {
    const key = beforeKeys[index] as string
    pairs.set(key, { ...pairs.get(key), before: use })
  }
  const rows = [...pairs].map(([key, pair]): LimitReport => {
    const first = pairs.get(`${nameIn(key)} 1`)
    const varies = pairs.has(`${nameIn(key)} 2`)
    const row = rowOf(pair)
    // Where only the draft varies, all of its rows stand against the same limit.
    return {
      ...row,
      because: varies && SPECIAL.test(row.rule) ? row.rule : null,
      before: wordsOf(pair.before ?? first?.before),
    }
  })
  return rows.sort((one, other) => (one.tier < other.tier ? -1 : Number(one.tier > other.tier)))
}

/** A limit that a schedule or an override changes for a while is met several times: the first, the second, … */
function keysOf(uses: readonly LimitUse[]): string[] {
  const met = new Map<string, number>()
  return uses.map(({ set, spec }) => {
    const name = JSON.stringify([set, spec.name])
    const count = (met.get(name) ?? 0) + 1
    met.set(name, count)
    return `${name} ${count}`
  })
}

function nameIn(key: string): string {
  return key.slice(0, key.lastIndexOf(' '))
}

function wordsOf(use: LimitUse | undefined): string | null {
  return use === undefined ? null : amount(use.spec)
}

function rowOf({ before, after, need }: Pair): Omit<LimitReport, 'because' | 'before'> {
  const shown = (after ?? before) as LimitUse
  return {
    tier: shown.set,
    limit: shown.spec.name,
    kind: shown.spec.kind,
    rule: shown.rule,
    after: wordsOf(after),
    calls: shown.calls,
    refusedBefore: before?.refused ?? null,
    refusedAfter: after?.refused ?? null,
    peakBefore: peakOf(before?.peak),
    peakAfter: peakOf(after?.peak),
    quotaForNobody: need?.nobody ?? null,
    quotaForOnePercent: need?.onePercent ?? null,
  }
}

function peakOf(peak: Peak | null | undefined): PeakUse | null {
  if (!peak) return null
  const { share, at, counter } = peak
  return { share, at: isoOf(at), owner: counter.slice(1, counter.indexOf('}:')) }
}

/** Microseconds since the epoch in ISO 8601. */
export function isoOf(micros: number): string {
  return new Date(Math.floor(micros / 1000)).toISOString()
}
