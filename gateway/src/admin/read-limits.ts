import { type LimitsPolicy, validateLimits } from '@stockgate/policy-schema'
import { LRUCache } from 'lru-cache'

/** Reading a document of ten thousand clients holds up everything else for a while; the newest few are asked for most. */
const recent = new LRUCache<object, { readonly limits: LimitsPolicy | undefined }>({ max: 8 })

/** What a document of the history says; undefined where a rule of today forbids what was once kept. */
export function readLimits(document: object): LimitsPolicy | undefined {
  const known = recent.get(document)
  if (known !== undefined) return known.limits
  const verdict = validateLimits(document)
  const limits = verdict.ok ? verdict.limits : undefined
  recent.set(document, { limits })
  return limits
}
