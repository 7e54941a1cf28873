export type {
  LimitSpec,
  LimitsPolicy,
  Manifest,
  PolicyProblem,
  Refusal,
  Route,
  Tier,
} from './policy.ts'
