import { boundsAt, type Charge, type Decision, type LimitState, SECOND } from '@stockgate/rate-limit'

/** Seconds after which a client may ask again whose tier refuses everything during an outage. */
const CLOSED_RETRY_AFTER = 2

/** For tiers that pass everything while the shared counters are lost: the limits as if nothing were spent. */
export function openDecision(charge: Charge, now: number): Decision {
  const { owner, cost } = charge
  const receipt = { owner, cost, decidedBy: 'open', taken: null } as const
  const limits = untouched(charge, now)
  return { allowed: true, cost, limits, candidates: [], retryAfter: 0, decidedBy: 'open', receipt }
}

/** For tiers that pass nothing meanwhile. No limit is violated: the refusal is our fault and not the client's. */
export function closedDecision(charge: Charge, now: number): Decision {
  const limits = untouched(charge, now)
  return {
    allowed: false,
    cost: charge.cost,
    limits,
    candidates: [],
    retryAfter: CLOSED_RETRY_AFTER,
    decidedBy: 'closed',
    receipt: null,
  }
}

function untouched({ groups }: Charge, now: number): LimitState[] {
  return groups[0].counters.map(({ id, spec }) => {
    const { name, kind, quota } = spec
    const state = { name, kind, quota, remaining: quota, violated: false, id }
    if (spec.kind === 'rate') return { ...state, window: spec.window, reset: 0 }
    if (spec.kind === 'concurrency') return { ...state, window: null, reset: null }
    const { start, end } = boundsAt(spec, now)
    const reset = Math.max(Math.ceil((end - now) / SECOND), 1)
    return { ...state, window: (end - start) / SECOND, reset }
  })
}
