import type { CandidateVerdict, DecidedBy, Decision, LimitState } from '@stockgate/rate-limit'

/** One step of authentication, in words. */
export interface AuthStep {
  readonly step: 'credential' | 'scopes'
  readonly outcome: string
}

export interface ExplainedLimit {
  readonly name: string
  readonly kind: LimitState['kind']
  /** Of the counter. */
  readonly id: string
  readonly quota: number
  /** In seconds; null for calls in flight. */
  readonly window: number | null
  /** Units in use. */
  readonly count: number
  readonly remaining: number
  readonly reset: number | null
  readonly verdict: 'admits' | 'refuses'
}

/** What an operator is told about one call, be it imagined or real. */
export interface Explanation {
  /** As the manifest writes it; null where none matches. */
  readonly route: string | null
  readonly service: string | null
  readonly auth: readonly AuthStep[]
  readonly tier: string | null
  readonly rule: string | null
  readonly owner: string | null
  readonly cost: number | null
  readonly limits: readonly ExplainedLimit[]
  readonly candidates: readonly CandidateVerdict[]
  readonly verdict: 'admitted' | 'limited' | 'forbidden' | 'unauthenticated' | 'unmatched' | 'refused'
  /** Names of the limits in the way. */
  readonly violated: readonly string[]
  /** Seconds; 0 where no limit is in the way. */
  readonly retryAfter: number
  readonly decidedBy: DecidedBy | null
  readonly revision: number
}

/** Where a call never gets as far as its limits. */
export const NO_LIMITS = {
  tier: null,
  rule: null,
  owner: null,
  cost: null,
  limits: [],
  candidates: [],
  violated: [],
  retryAfter: 0,
  decidedBy: null,
} as const satisfies Partial<Explanation>

/** The part of an explanation that tells of limits. */
export function limitsOf(
  { tier, rule, owner }: { readonly tier: string; readonly rule: string; readonly owner: string },
  { cost, limits, candidates, retryAfter, decidedBy }: Decision,
): Pick<Explanation, keyof typeof NO_LIMITS> {
  return {
    tier,
    rule,
    owner,
    cost,
    limits: limits.map(({ name, kind, id, quota, window, remaining, reset, violated }) => ({
      name,
      kind,
      id,
      quota,
      window,
      count: quota - remaining,
      remaining,
      reset,
      verdict: violated ? 'refuses' : 'admits',
    })),
    candidates,
    violated: limits.filter(({ violated }) => violated).map(({ name }) => name),
    retryAfter,
    decidedBy,
  }
}
