import { startRedis } from '@stockgate/test-kit'
import t from 'tap'
import { FallbackLimiter } from '../../src/limiter/fallback-limiter.ts'
import { Mirror } from '../../src/limiter/mirror.ts'
import { RedisCare } from '../../src/limiter/redis-care.ts'
import { RedisLimiter } from '../../src/limiter/redis-limiter.ts'
import type { HandedOver } from '../../src/limiter/shared-counters.ts'
import { openRedis } from '../../src/redis/index.ts'
import { charge, OPTIONS, rate } from './charges.ts'

t.test('after a flush the counters of those who called last are put back first', async (t) => {
  const redis = await openRedis((await startRedis(t)).url, { required: true })
  const mirror = new Mirror()
  const shared = new RedisLimiter({
    redis,
    answerWithinMs: 5_000,
    onReadings: (counters, readings) => mirror.learn(counters, readings, Date.now() * 1_000),
  })
  const care = new RedisCare({ redis, answerWithinMs: 5_000 })
  const order: string[] = []
  const limiter = new FallbackLimiter({
    shared,
    care: {
      probe: () => care.probe(),
      handOver: (changes: readonly HandedOver[]) => {
        order.push(...changes.map(({ counter }) => counter.id))
        return care.handOver(changes)
      },
    },
    mirror,
    place: () => ({ size: 1, rank: 0 }),
    log: { info: () => {}, warn: () => {} },
    probeEveryMs: 0,
  })
  t.teardown(() => limiter.close())
  await limiter.probe()
  const visit = (client: string) =>
    limiter.decide(charge(`client:${client}`, [rate('burst', 10, 3_600)]), OPTIONS)
  for (const client of ['busy', 'once', 'twice', 'twice', 'busy']) await visit(client)
  await redis.flushall()
  await limiter.probe()
  t.same(
    order.map((id) => /client:(\w+)/.exec(id)?.[1]),
    ['busy', 'twice', 'once'],
  )
})
