import type { Counter, LimitState } from '@stockgate/rate-limit'
import { type Item, serializeInteger, serializeList, serializeString } from 'structured-headers'
import type { FieldEmitter } from './emitter.ts'

/** What does not change from answer to answer, written once for each list of counters. */
interface Written {
  readonly policy: string
  /** The names as Strings of RFC 9651. */
  readonly names: readonly string[]
  /** The windows the policy was written with: that of a calendar quota changes with its period. */
  readonly windows: readonly (number | null)[]
}

const written = new WeakMap<readonly Counter[], Written>()

/**
 * draft-ietf-httpapi-ratelimit-headers-11, both fields Lists of Structured Fields (RFC 9651):
 *
 *     RateLimit-Policy: "burst";q=100;w=1, "daily";q=5000;w=86400, "inflight";q=20;qu="concurrent-requests"
 *     RateLimit: "burst";r=99;t=1, "daily";r=4999;t=3600, "inflight";r=19
 *
 * In a refusal only violated limits have a `t`: Retry-After must not lie before the end of any window told, and a
 * limit that is not in the way has no say in when to come back. Nobody knows when a concurrency limit has room.
 */
export const draft11: FieldEmitter = {
  policy: (counters, { limits }) => (limits.length === 0 ? '' : writtenOf(counters, limits).policy),

  state: (counters, { limits, allowed }) => {
    if (limits.length === 0) return ''
    const { names } = writtenOf(counters, limits)
    let field = ''
    for (let at = 0; at < limits.length; at++) {
      const { remaining, reset, violated } = limits[at] as LimitState
      if (at > 0) field += ', '
      field += `${names[at]};r=${serializeInteger(remaining)}`
      if (reset !== null && (allowed || violated)) field += `;t=${serializeInteger(reset)}`
    }
    return field
  },
}

function writtenOf(counters: readonly Counter[], limits: readonly LimitState[]): Written {
  const known = written.get(counters)
  if (known !== undefined && sameWindows(known.windows, limits)) return known
  const fresh = {
    policy: serializeList(counters.map(({ spec }, at) => policyItem(spec, limits[at] as LimitState))),
    names: counters.map(({ spec }) => serializeString(spec.name)),
    windows: limits.map(({ window }) => window),
  }
  written.set(counters, fresh)
  return fresh
}

function sameWindows(windows: Written['windows'], limits: readonly LimitState[]): boolean {
  for (let at = 0; at < limits.length; at++) if (windows[at] !== limits[at]?.window) return false
  return true
}

function policyItem({ name, kind, quota }: Counter['spec'], { window }: LimitState): Item {
  const parameters = new Map<string, number | string>([['q', quota]])
  if (kind === 'concurrency') parameters.set('qu', 'concurrent-requests')
  else if (window !== null) parameters.set('w', window)
  return [name, parameters]
}
