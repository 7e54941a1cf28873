import {
  checkLimitsAgainst,
  type Manifest,
  type Refusal,
  type ValidLimits,
  validateLimits,
} from '@stockgate/policy-schema'

/** Judges limits by themselves, then against the routes they will be used for. */
export function judgeDocument(document: unknown, manifests: readonly Manifest[]): ValidLimits | Refusal {
  const verdict = validateLimits(document)
  if (!verdict.ok) return verdict
  const problems = checkLimitsAgainst(verdict.limits, manifests)
  return problems.length === 0 ? verdict : { ok: false, problems }
}
