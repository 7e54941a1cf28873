import { FallbackLimiter, type LimiterLog } from './fallback-limiter.ts'
import type { Limiter } from './limiter.ts'
import { MemoryLimiter } from './memory-limiter.ts'
import { openRedis } from '../redis/index.ts'
import { RedisLimiter } from './redis-limiter.ts'

export interface CreateLimiterOptions {
  /** Without it this gateway counts alone, in memory. */
  readonly redisUrl?: string
  readonly log: LimiterLog
}

/** The limiter of a gateway. Rejects, naming the cause, when Redis is asked for and cannot be used. */
export async function createLimiter({ redisUrl, log }: CreateLimiterOptions): Promise<Limiter> {
  const local = new MemoryLimiter()
  if (redisUrl === undefined) return local
  const shared = new RedisLimiter({ redis: await openRedis(redisUrl, { required: true }) })
  return new FallbackLimiter({ shared, local, log })
}
