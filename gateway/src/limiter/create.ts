import { epochMicros, type Limiter, MemoryLimiter } from '@stockgate/rate-limit'
import type { Redis } from 'ioredis'
import type { Fleet } from '../fleet/index.ts'
import { FallbackLimiter } from './fallback-limiter.ts'
import { Mirror } from './mirror.ts'
import { RedisCare } from './redis-care.ts'
import { RedisLimiter } from './redis-limiter.ts'
import type { LimiterLog, StoreStatus } from './store-status.ts'

/** The limiter of a gateway, which also tells which counters decide at present. */
export interface GatewayLimiter extends Limiter {
  store(): StoreStatus
}

export interface CreateLimiterOptions {
  /** A connection for decisions alone, which `close` ends; without it this gateway counts alone, in memory. */
  readonly redis?: Redis
  /** Says how large the share of a gateway is that cannot reach Redis, and is told (`store`) who decides here. */
  readonly fleet: Pick<Fleet, 'place' | 'publish'>
  readonly log: LimiterLog
}

/** Under this name the other gateways, and operators, learn of it. */
const BULLETIN = 'store'

/** Makes the limiter of a gateway. A Redis that is not there yet is used as soon as it is. */
export function createLimiter({ redis, fleet, log }: CreateLimiterOptions): GatewayLimiter {
  if (redis === undefined) {
    const since = Date.now()
    const store = (): StoreStatus => ({
      decides: 'memory',
      since,
      cause: null,
      gateways: 1,
      outages: 0,
      decidedAlone: 0,
    })
    fleet.publish(BULLETIN, store())
    return Object.assign(new MemoryLimiter(), { store })
  }
  const mirror = new Mirror()
  const shared = new RedisLimiter({
    redis,
    onReadings: (counters, readings) => mirror.learn(counters, readings, epochMicros()),
  })
  const care = new RedisCare({ redis })
  const onChange = (status: StoreStatus) => fleet.publish(BULLETIN, status)
  const limiter = new FallbackLimiter({ shared, care, mirror, place: () => fleet.place(), log, onChange })
  onChange(limiter.store())
  return limiter
}
