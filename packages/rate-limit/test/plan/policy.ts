import { type LimitSpec, type LimitsPolicy, validateLimits } from '@stockgate/policy-schema'
import type { CallerFacts, RouteFacts } from '../../src/index.ts'

/** A policy with `parts` in the place of the plain ones. */
export function policyOf(parts: object = {}): LimitsPolicy {
  const verdict = validateLimits({
    tiers: { standard: STANDARD, partner: PARTNER, anonymous: ANONYMOUS },
    clients: { demo: 'standard', shop: 'partner', crawler: 'anonymous' },
    defaultTier: 'standard',
    anonymousTier: 'anonymous',
    ...parts,
  })
  if (!verdict.ok) throw new Error(JSON.stringify(verdict.problems))
  return verdict.limits
}

export const STANDARD = {
  limits: {
    burst: { quota: 100, window: 1 },
    daily: { quota: 5000, period: 'day', timeZone: 'Europe/Berlin' },
  },
}
export const PARTNER = { limits: { burst: { quota: 200, window: 1 } } }
export const ANONYMOUS = { limits: { burst: { quota: 10, window: 1 } } }

export function callerOf(clientId: string | null, more: Partial<CallerFacts> = {}): CallerFacts {
  return { clientId, sub: null, address: '203.0.113.7', claims: {}, ...more }
}

export const ANY_ROUTE: RouteFacts = { service: 'products', limits: [] }

export const EXPORTS: RouteFacts = {
  service: 'products',
  limits: [{ kind: 'rate', name: 'exports', quota: 5, window: 60, per: null }] satisfies LimitSpec[],
}

/** The counters of each group as `<id> <quota>`. */
export function countersOf(plan: {
  groups: readonly { counters: readonly { id: string; spec: LimitSpec }[] }[]
}) {
  return plan.groups.map(({ counters }) => counters.map(({ id, spec }) => `${id} ${spec.quota}`))
}

export const at = (iso: string): number => Date.parse(iso)
