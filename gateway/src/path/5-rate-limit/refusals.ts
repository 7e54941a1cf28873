import type { Counter, Decision, LimitPlan, RouteFacts } from '@stockgate/rate-limit'
import { Refusal } from '../../errors/refusal.ts'

/** 429: each limit in the way with what it allows and whose it is, and when to come back. */
export function quotaRefusal(plan: LimitPlan, route: RouteFacts, decision: Decision): Refusal {
  const { counters } = plan.groups[0]
  const names: string[] = []
  const words: string[] = []
  let busy = false
  let timed = false
  for (const [at, { name, violated, quota }] of decision.limits.entries()) {
    const { spec } = counters[at] as Counter
    if (!violated) continue
    names.push(name)
    const whose = route.limits.includes(spec) ? 'of this route' : `of tier "${plan.tier}"`
    words.push(`"${name}" (${quota} ${perOf(spec)}) ${whose}`)
    if (spec.kind === 'concurrency') busy = true
    else timed = true
  }
  const what = words.length === 1 ? `The limit ${words[0]} is` : `The limits ${words.join(' and ')} are`
  return new Refusal('GW_QUOTA', {
    detail: `${what} reached; come back ${whenOf(busy, timed, decision.retryAfter)}.`,
    headers: { 'retry-after': String(decision.retryAfter) },
    extensions: { 'violated-policies': names },
  })
}

/** 503: the counters are out of reach and this tier lets nothing pass uncounted. Not the client's doing. */
export function reducedCapacity({ retryAfter }: Decision): Refusal {
  return new Refusal('GW_LIMITS_AWAY', { headers: { 'retry-after': String(Math.max(retryAfter, 1)) } })
}

function perOf(spec: Counter['spec']): string {
  if (spec.kind === 'concurrency') return 'at once'
  return spec.kind === 'rate' ? `per ${spec.window} s` : `per ${spec.period}, ${spec.timeZone}`
}

/** Nobody knows when a request in flight ends, so no time is promised for a limit of those. */
function whenOf(busy: boolean, timed: boolean, retryAfter: number): string {
  const ended = 'a call of yours has ended'
  if (!busy) return `in ${retryAfter} s`
  return timed ? `in ${retryAfter} s and once ${ended}` : `once ${ended}`
}
