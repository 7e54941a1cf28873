import type { Decision } from '@stockgate/rate-limit'
import { hasReset, strictest } from './strictest.ts'

/**
 * X-RateLimit-Limit, -Remaining and -Reset, which no standard describes: of the strictest limit, with the reset in
 * seconds from now as @fastify/rate-limit and most gateways write it. Whoever reads them expects a limit that time gives
 * back: one of calls in flight is told only where there is no other, or no other is in the way.
 */
export function legacyFields(decision: Decision): Readonly<Record<string, string>> {
  const limit = strictest(decision, hasReset) ?? strictest(decision, () => true)
  if (limit === undefined) return {}
  const { quota, remaining, reset } = limit
  return {
    'x-ratelimit-limit': String(quota),
    'x-ratelimit-remaining': String(remaining),
    ...(reset !== null && { 'x-ratelimit-reset': String(reset) }),
  }
}
