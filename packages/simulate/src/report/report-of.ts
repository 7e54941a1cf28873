import { topOf } from '../replay/clients.ts'
import type { Replayed } from '../replay/replay.ts'
import type { FileCount } from '../traffic/index.ts'
import { isoOf, limitRows } from './limit-rows.ts'
import type { Report } from './report.ts'

/** What the replay itself does not know. */
export interface ReportFacts {
  readonly draft: string
  readonly against: string
  readonly tier: string | null
  readonly files: readonly FileCount[]
  /** Whether the limits of routes were known. */
  readonly routeLimits: boolean
}

const SHOWN = 20

/** Puts the outcome of a replay in front of people. */
export function reportOf(replayed: Replayed, facts: ReportFacts): Report {
  const { clients, timeLine, calls } = replayed
  const top = (measure: Parameters<typeof topOf>[1]) => topOf(clients.all, measure, SHOWN)
  return {
    draft: facts.draft,
    against: facts.against,
    tier: facts.tier,
    files: facts.files,
    first: isoOf(replayed.first),
    last: isoOf(replayed.last),
    calls,
    refusedBefore: replayed.refusedBefore,
    refusedAfter: replayed.refusedAfter,
    refusedWhenRecorded: replayed.refusedThen,
    clients: clients.size,
    newlyRefused: top(({ refusedBefore, refusedAfter }) => (refusedBefore === 0 ? refusedAfter : 0)),
    freed: top(({ refusedBefore, refusedAfter }) => (refusedAfter === 0 ? refusedBefore : 0)),
    busiest: top((client) => client.calls),
    mostRefused: top((client) => Math.max(client.refusedBefore, client.refusedAfter)),
    limits: limitRows(replayed),
    timeLine: { seconds: timeLine.width, columns: timeLine.columns },
    notes: [...notesOn(replayed, facts)],
  }
}

function* notesOn({ untimed, calls, usesAfter }: Replayed, { files, routeLimits, tier }: ReportFacts) {
  const combined = files.some(({ format }) => format === 'combined log')
  const own = files.some(({ format }) => format === 'access log of the gateway')
  if (combined && tier === null)
    yield 'A combined log names no clients: its calls count as anonymous, by address, at a cost of 1. --tier puts them into another tier.'
  if (untimed > 0)
    yield `${untimed === calls ? 'The log has' : `${untimed} calls have`} no durations: concurrency limits are not simulated for them.`
  if (own && !routeLimits)
    yield 'Limits of routes are not simulated: name the manifests with --manifest to have them.'
  if (own)
    yield 'Calls that were refused when recorded had no answer: they are taken to end at once and to cost what they asked for.'
  if (usesAfter.some(({ need }) => need !== null)) {
    const passes = Math.max(...usesAfter.map(({ need }) => need?.passes ?? 0))
    yield `Suggested quotas are found by deciding all attempts again, each limit alone and every cost as it was asked, in ${passes} passes at most. "None refused" is the smallest quota that would have refused nobody; "1 % refused" at most one call in a hundred.`
  }
  for (const { path, late } of files)
    if (late > 0)
      yield `${late} lines of ${path} were more out of order than can be sorted and count at a later time.`
}
