import {
  checkCosts,
  type Manifest,
  type Refusal,
  type ValidLimits,
  validateLimits,
} from '@stockgate/policy-schema'

/** Judges limits by themselves, then against the routes they will be used for. */
export function judgeDocument(document: unknown, manifests: readonly Manifest[]): ValidLimits | Refusal {
  const verdict = validateLimits(document)
  if (!verdict.ok) return verdict
  const costs = checkCosts(verdict.limits, manifests)
  if (costs.length === 0) return verdict
  const problems = costs.map(({ manifest, rule, message }) => ({
    pointer: '#/tiers',
    rule,
    message: `the route of ${manifests[manifest]?.service} ${message}`,
  }))
  return { ok: false, problems }
}
