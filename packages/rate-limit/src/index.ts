export { assertCost, decisionOf, NO_CANDIDATES, verdictOf } from './answer.ts'
export { boundedKey } from './bounded-key.ts'
export { boundsAt, LONGEST, type PeriodBounds } from './calendar.ts'
export type { Charge, Counter, Group } from './charge.ts'
export type {
  CandidateVerdict,
  DecidedBy,
  Decision,
  LimitState,
  Receipt,
  RefusalNote,
} from './decision.ts'
export { type EpochClockOptions, epochClock, epochMicros } from './epoch-micros.ts'
export { priceOnto } from './gcra.ts'
export { HeldPlaces } from './held-places.ts'
export type { DecideOptions, Limiter } from './limiter.ts'
export { MemoryLimiter, type MemoryLimiterOptions } from './memory-limiter.ts'
export { LEASE, RENEW_AFTER } from './places.ts'
export { createPlanner } from './plan/planner.ts'
export type { CallerFacts, LimitPlan, Planner, RouteFacts } from './plan.ts'
export type { CounterReading } from './reading.ts'
export { NOTES_KEPT_MS, NOTES_PER_OWNER, RefusalNotes, stillKept } from './refusal-notes.ts'
export { SECOND } from './span.ts'
export { emptyStanding, type Standing } from './standing.ts'
export { correction, Taken } from './taken.ts'
