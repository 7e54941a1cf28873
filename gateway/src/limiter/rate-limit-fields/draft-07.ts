import type { Counter, LimitState } from '@stockgate/rate-limit'
import { type Item, serializeDictionary, serializeList } from 'structured-headers'
import type { FieldEmitter } from './emitter.ts'
import { hasReset, strictest } from './strictest.ts'

/**
 * draft-ietf-httpapi-ratelimit-headers-07, the last that knows one limit at a time:
 *
 *     RateLimit-Policy: 100;w=1, 3000;w=60
 *     RateLimit: limit=100, remaining=99, reset=1
 *
 * It has no word for a limit without time, so concurrency limits are left out.
 */
export const draft07: FieldEmitter = {
  policy: (counters, { limits }) => {
    const items: Item[] = []
    for (let at = 0; at < limits.length; at++) {
      const { window } = limits[at] as LimitState
      if (window !== null) items.push([(counters[at] as Counter).spec.quota, new Map([['w', window]])])
    }
    return serializeList(items)
  },

  state: (_counters, decision) => {
    const limit = strictest(decision, hasReset)
    if (limit === undefined) return ''
    const { quota, remaining, reset } = limit
    return serializeDictionary({ limit: quota, remaining, reset: reset ?? 0 })
  },
}
