import type { LimitsPolicy } from '@stockgate/policy-schema'
import { Spool } from '../demand/spool.ts'
import type { Traffic } from '../traffic/index.ts'
import { Clients } from './clients.ts'
import { Demand, type Need } from './demand.ts'
import { Engine } from './engine.ts'
import type { LimitUse } from './limit-use.ts'
import { TimeLine } from './time-line.ts'

export interface ReplayOptions {
  readonly traffic: Traffic
  /** The limits in force. */
  readonly before: LimitsPolicy
  /** The draft. */
  readonly after: LimitsPolicy
  /** Looked at between batches of calls; the replay rejects with its reason. */
  readonly signal?: AbortSignal
}

/** What came of a replay. */
export interface Replayed {
  readonly calls: number
  /** Microseconds since the epoch. */
  readonly first: number
  readonly last: number
  readonly refusedBefore: number
  readonly refusedAfter: number
  /** Refused by a limit when it was recorded. */
  readonly refusedThen: number
  /** Calls without a duration, for which places of concurrency limits cannot be counted. */
  readonly untimed: number
  readonly clients: Clients
  readonly timeLine: TimeLine
  readonly usesBefore: readonly LimitUse[]
  readonly usesAfter: readonly { readonly use: LimitUse; readonly need: Need | null }[]
}

/** Runs traffic through two engines side by side, one pass, and asks what quotas the draft would have needed. */
export async function replay({ traffic, before, after, signal }: ReplayOptions): Promise<Replayed> {
  const spool = new Spool()
  try {
    const demand = new Demand(spool)
    const engines = { before: new Engine(before), after: new Engine(after, { demand }) }
    const clients = new Clients()
    const timeLine = new TimeLine()
    const counts = {
      calls: 0,
      first: 0,
      last: 0,
      refusedBefore: 0,
      refusedAfter: 0,
      refusedThen: 0,
      untimed: 0,
    }
    for await (const calls of traffic.calls) {
      signal?.throwIfAborted()
      if (counts.calls === 0) counts.first = calls[0]?.at ?? 0
      for (const call of calls) {
        const refusedBefore = !engines.before.decide(call).allowed
        const refusedAfter = !engines.after.decide(call).allowed
        if (refusedBefore) counts.refusedBefore++
        if (refusedAfter) counts.refusedAfter++
        if (call.refusedThen) counts.refusedThen++
        if (call.end === null) counts.untimed++
        clients.count(call.caller, refusedBefore, refusedAfter)
        timeLine.count(call.at, refusedBefore, refusedAfter)
      }
      counts.calls += calls.length
      counts.last = calls.at(-1)?.at ?? counts.last
    }
    signal?.throwIfAborted()
    const usesAfter = engines.after.uses.map((use) => ({ use, need: demand.needOf(use) }))
    return { ...counts, clients, timeLine, usesBefore: engines.before.uses, usesAfter }
  } finally {
    spool.close()
  }
}
