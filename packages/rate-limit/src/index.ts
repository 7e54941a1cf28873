export type { Charge, Counter, Group } from './charge.ts'
export type {
  CandidateVerdict,
  DecidedBy,
  Decision,
  LimitState,
  Receipt,
  RefusalNote,
} from './decision.ts'
export type { DecideOptions, Limiter } from './limiter.ts'
export type { CallerFacts, LimitPlan, Planner, RouteFacts } from './plan.ts'
export {
  momentOf,
  type Period,
  periodOf,
  startOfDay,
  startOfMonth,
  startOfNextDay,
  startOfNextMonth,
  type ZonedParts,
  zonedParts,
} from './time-zone.ts'
