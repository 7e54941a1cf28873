import { type Item, type Parameters, serializeList } from 'structured-headers'
import type { Decision, LimitSpec } from './limiter.ts'

/**
 * The response fields of draft-ietf-httpapi-ratelimit-headers-11, both Lists of Structured Fields (RFC 9651):
 *
 *     RateLimit-Policy: "burst";q=100;w=1, "sustained";q=3000;w=60
 *     RateLimit: "burst";r=99;t=1, "sustained";r=2999;t=1
 */
export interface RateLimitFields {
  readonly 'ratelimit-policy': string
  readonly ratelimit: string
  readonly 'retry-after'?: string
}

/** All fields an answer to this decision carries. Empty where no limit applied. */
export function rateLimitFields(
  decision: Decision,
  limits: readonly LimitSpec[],
): RateLimitFields | undefined {
  if (limits.length === 0) return undefined
  return {
    'ratelimit-policy': rateLimitPolicyField(limits),
    ratelimit: rateLimitField(decision),
    ...(!decision.allowed && { 'retry-after': String(decision.retryAfter) }),
  }
}

const policyFields = new WeakMap<readonly LimitSpec[], string>()

/** The RateLimit-Policy of a tier. It never changes for one list of limits, so it is written once per list. */
export function rateLimitPolicyField(limits: readonly LimitSpec[]): string {
  let field = policyFields.get(limits)
  if (field === undefined) {
    field = serializeList(limits.map(({ name, quota, window }) => item(name, { q: quota, w: window })))
    policyFields.set(limits, field)
  }
  return field
}

/**
 * The RateLimit field. In a refusal only violated limits have a `t`: Retry-After must not lie before the end of
 * any window told, and a limit that is not in the way has no say in when to come back.
 */
export function rateLimitField(decision: Decision): string {
  return serializeList(
    decision.limits.map(({ name, remaining, reset, violated }) =>
      item(name, decision.allowed || violated ? { r: remaining, t: reset } : { r: remaining }),
    ),
  )
}

function item(name: string, parameters: Record<string, number>): Item {
  const map: Parameters = new Map(Object.entries(parameters))
  return [name, map]
}
