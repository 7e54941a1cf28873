export { LimitsDocument, MAX_QUOTA, MAX_WINDOW } from './limits-schema.ts'
export { ManifestDocument } from './manifest-schema.ts'
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
  RateLimit,
  Refusal,
  Route,
  Schedule,
  Tier,
} from './policy.ts'
export { RESERVED_PATHS } from './rules/manifest/path-reserved.ts'
export { validateLimits } from './validate-limits.ts'
export { validateManifest } from './validate-manifest.ts'
export { checkCosts, type ManifestProblem, validateManifests } from './validate-together.ts'
