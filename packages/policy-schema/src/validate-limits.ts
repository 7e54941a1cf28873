import { LimitsDocument } from './limits-schema.ts'
import { limitsWarnings } from './limits-warnings.ts'
import { normalisePolicy } from './normalise-limits.ts'
import type { LimitsPolicy, PolicyProblem, Refusal } from './policy.ts'
import { limitsRules } from './rules/limits/index.ts'
import { shapeCheck } from './shape.ts'

const shape = shapeCheck(LimitsDocument)

/** A good limits.json: what it says, and what is probably not meant so. */
export interface ValidLimits {
  readonly ok: true
  readonly limits: LimitsPolicy
  /** Nothing that keeps the document from being used. */
  readonly warnings: readonly PolicyProblem[]
}

/** Checks a parsed limits.json against everything that can be said of it alone, and reports all problems together. */
export function validateLimits(document: unknown): ValidLimits | Refusal {
  const problems = [...shape(document), ...limitsRules.flatMap((rule) => rule.check(document))]
  if (problems.length > 0) return { ok: false, problems }
  const limits = normalisePolicy(document as LimitsDocument)
  return { ok: true, limits, warnings: limitsWarnings(limits) }
}
