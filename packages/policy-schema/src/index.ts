export { checkCosts, checkQuotas } from './check-costs.ts'
export { diffLimits, type LimitsChange } from './diff/index.ts'
export { MAX_CONCURRENT, MAX_QUOTA, MAX_WINDOW } from './limit-schema.ts'
export { amount, inWords } from './limit-words.ts'
export { LimitsDocument } from './limits-schema.ts'
export { ManifestDocument } from './manifest-schema.ts'
export { readMoment, writeMoment } from './moment.ts'
export { sameLimit, withLimits, writeLimitSpecs } from './normalise-limit.ts'
export { parseDocument } from './parse-document.ts'
export { patternOf } from './pattern.ts'
export type {
  CalendarLimit,
  Candidate,
  ConcurrencyLimit,
  Guardrail,
  LimitSpec,
  LimitsPolicy,
  Manifest,
  OnStoreFailure,
  Override,
  Partition,
  PolicyProblem,
  Proof,
  RateLimit,
  Refusal,
  RequestEncoding,
  Route,
  Schedule,
  Tier,
} from './policy.ts'
export { RESERVED_PATHS } from './rules/manifest/path-reserved.ts'
export { type ValidLimits, validateLimits } from './validate-limits.ts'
export { validateManifest } from './validate-manifest.ts'
export {
  checkLimitsAgainst,
  checkTogether,
  type ManifestProblem,
  validateManifests,
} from './validate-together.ts'
export { type WorstCase, type WorstLimit, worstCases } from './worst-cases.ts'
export { writeLimits } from './write-limits.ts'
