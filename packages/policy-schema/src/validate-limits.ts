import { LimitsDocument } from './limits-schema.ts'
import type { LimitSpec, LimitsPolicy, Refusal, Tier } from './policy.ts'
import { limitsRules } from './rules/limits/index.ts'
import { shapeCheck } from './shape.ts'

const shape = shapeCheck(LimitsDocument)

/** Checks a parsed limits.json against everything that can be said of it alone, and reports all problems together. */
export function validateLimits(
  document: unknown,
): { readonly ok: true; readonly limits: LimitsPolicy } | Refusal {
  const problems = [...shape(document), ...limitsRules.flatMap((rule) => rule.check(document))]
  if (problems.length > 0) return { ok: false, problems }
  return { ok: true, limits: normalise(document as LimitsDocument) }
}

function normalise(document: LimitsDocument): LimitsPolicy {
  const tiers = Object.entries(document.tiers).map(([name, { limits }]): [string, Tier] => {
    const specs = Object.entries(limits).map(
      ([limit, { quota, window }]): LimitSpec => Object.freeze({ name: limit, quota, window }),
    )
    return [name, Object.freeze({ name, limits: Object.freeze(specs) })]
  })
  return Object.freeze({
    tiers: frozenRecord(tiers),
    clients: frozenRecord(Object.entries(document.clients)),
    defaultTier: document.defaultTier,
    anonymousTier: document.anonymousTier,
  })
}

function frozenRecord<T>(entries: [string, T][]): Readonly<Record<string, T>> {
  const record: Record<string, T> = Object.create(null)
  for (const [name, value] of entries) record[name] = value
  return Object.freeze(record)
}
