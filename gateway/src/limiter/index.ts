export { type CreateLimiterOptions, createLimiter } from './create.ts'
export { FallbackLimiter, type LimiterLog } from './fallback-limiter.ts'
export type { Decision, Limiter, LimitSpec, LimitState } from './limiter.ts'
export { MemoryLimiter, type MemoryLimiterOptions } from './memory-limiter.ts'
export {
  type RateLimitFields,
  rateLimitField,
  rateLimitFields,
  rateLimitPolicyField,
} from './rate-limit-fields.ts'
