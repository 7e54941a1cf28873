import assert from 'node:assert/strict'
import { startRedis } from '@stockgate/test-kit'
import fc from 'fast-check'
import t from 'tap'
import type { LimitSpec } from '../../src/limiter/limiter.ts'
import { MemoryLimiter } from '../../src/limiter/memory-limiter.ts'
import { openRedis } from '../../src/redis/index.ts'
import { RedisLimiter } from '../../src/limiter/redis-limiter.ts'

const START = 1_790_000_000_000_000

/** Tiers as a key may be moved among them while its counters live: other quotas, other windows, other limits. */
const TIERS: readonly (readonly LimitSpec[])[] = [
  [{ name: 'burst', quota: 3, window: 1 }],
  [
    { name: 'burst', quota: 7, window: 2 },
    { name: 'sustained', quota: 20, window: 9 },
  ],
  [
    { name: 'sustained', quota: 11, window: 60 },
    { name: 'burst', quota: 5, window: 3 },
  ],
  [
    { name: 'burst', quota: 100, window: 1 },
    { name: 'sustained', quota: 3000, window: 60 },
    { name: 'long', quota: 49_999_991, window: 2_678_400 },
  ],
]

const step = fc.record({
  key: fc.constantFrom('warehouse', 'a key {with} braces'),
  tier: fc.oneof(
    { weight: 4, arbitrary: fc.constant(1) },
    { weight: 1, arbitrary: fc.nat(TIERS.length - 1) },
  ),
  cost: fc.oneof({ weight: 5, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.nat(120) }),
  pause: fc.oneof(
    { weight: 10, arbitrary: fc.constant(0) },
    { weight: 6, arbitrary: fc.constantFrom(1, 285_714, 285_715, 333_333, 333_334) },
    { weight: 2, arbitrary: fc.nat(2_000_000) },
    { weight: 1, arbitrary: fc.nat(30_000_000) },
  ),
})

t.test('memory and Redis decide alike over many thousand random steps', async (t) => {
  const redis = await openRedis((await startRedis(t)).url, { required: true })
  t.teardown(() => redis.disconnect())
  let now = START
  let run = 0
  let steps = 0
  let refused = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 50, maxLength: 250, size: 'max' }), async (history) => {
      const memory = new MemoryLimiter({ now: () => now })
      const shared = new RedisLimiter({
        redis,
        prefix: `run-${run++}:`,
        answerWithinMs: 5_000,
        now: () => now,
      })
      for (const { key, tier, cost, pause } of history) {
        now += pause
        const limits = TIERS[tier] as readonly LimitSpec[]
        const decision = memory.decide(key, limits, cost)
        assert.deepEqual(await shared.decide(key, limits, cost), decision)
        steps++
        if (!decision.allowed) refused++
      }
    }),
    { numRuns: 60 },
  )
  t.ok(steps > 5_000, `${steps} decisions compared`)
  t.ok(refused > steps / 20, `${refused} of them refusals`)
})

t.test('a clock set back is cut to one window of debt in Redis too', async (t) => {
  const redis = await openRedis((await startRedis(t)).url, { required: true })
  t.teardown(() => redis.disconnect())
  let now = START
  const limiter = new RedisLimiter({ redis, answerWithinMs: 5_000, now: () => now })
  const limits: LimitSpec[] = [{ name: 'burst', quota: 10, window: 2 }]
  t.match(await limiter.decide('demo', limits, 10), { allowed: true })
  now -= 3_600_000_000
  t.match(await limiter.decide('demo', limits, 1), { allowed: false, retryAfter: 1 })
  now += 1_999_999
  t.match(await limiter.decide('demo', limits, 10), { allowed: false })
  now += 1
  t.match(await limiter.decide('demo', limits, 10), { allowed: true })
})
