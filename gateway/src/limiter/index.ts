export {
  type Charge,
  type Decision,
  type Limiter,
  type LimitState,
  MemoryLimiter,
  type Receipt,
  type RefusalNote,
} from '@stockgate/rate-limit'
export { type CreateLimiterOptions, createLimiter, type GatewayLimiter } from './create.ts'
export { FallbackLimiter } from './fallback-limiter.ts'
export { type DraftRevision, emitters, type FieldEmitter, legacyFields } from './rate-limit-fields/index.ts'
export { RedisLimiter, type RedisLimiterOptions } from './redis-limiter.ts'
export type { LimiterLog, StoreStatus } from './store-status.ts'
