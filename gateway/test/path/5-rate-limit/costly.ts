import type { LimitPlan } from '@stockgate/rate-limit'
import { manualClock, type TestScope } from '@stockgate/test-kit'
import { startGateway, type TestGateway } from '../../kit/gateway.ts'
import { WatchedLimiter } from '../../kit/watched-limiter.ts'

export const COST = 10
export const QUOTA = 1_000
export const PLACES = 5

/** Routes of which each call costs ten units. */
const MANIFEST = {
  service: 'shop',
  routes: [
    { path: '/open', methods: ['GET', 'POST'], auth: 'public', cost: COST },
    { path: '/other', methods: ['GET'], auth: 'public', cost: COST },
    { path: '/quick', methods: ['GET'], auth: 'public', cost: COST, deadlineMs: 150 },
    { path: '/things', methods: ['GET'], auth: 'bearer', scopes: ['things:read'], cost: COST },
  ],
}

const tier = {
  limits: { burst: { quota: QUOTA, window: 3600 }, inflight: { concurrent: PLACES } },
  per: 'address',
}
const LIMITS = {
  tiers: { standard: tier, anonymous: tier },
  clients: {},
  defaultTier: 'standard',
  anonymousTier: 'anonymous',
}

export interface Costly {
  readonly gateway: TestGateway
  readonly limiter: WatchedLimiter
  /** What a caller without a client has left; nothing comes back by itself, for the clock stands still. */
  left(): { burst: number; inflight: number }
  /** The limits of a caller without a client. */
  plan(): LimitPlan
}

/** A gateway whose calls are dear, on a clock that stands still. */
export async function costly(
  t: TestScope,
  upstream: string,
  env: Record<string, string> = {},
): Promise<Costly> {
  const clock = manualClock('2026-11-22T12:00:00Z')
  const limiter = new WatchedLimiter(clock)
  const options = { upstream, manifests: [MANIFEST], limits: LIMITS, limiter, clock: clock.now, env }
  const gateway = await startGateway(t, options)
  const caller = { clientId: null, sub: null, address: '127.0.0.1', claims: {} }
  const route = { service: 'shop', limits: [] }
  const plan = () => gateway.policy.current().planner.plan(caller, route, clock.now())
  return {
    gateway,
    limiter,
    plan,
    left: () => {
      const { owner, groups } = plan()
      const [burst, inflight] = limiter.peek({ owner, groups, cost: 0 }).limits
      return { burst: burst?.remaining ?? -1, inflight: inflight?.remaining ?? -1 }
    },
  }
}
