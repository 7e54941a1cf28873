import { type Limiter, MemoryLimiter } from '@stockgate/rate-limit'
import { startRedis } from '@stockgate/test-kit'
import t, { type Test } from 'tap'
import { RedisLimiter } from '../../src/limiter/redis-limiter.ts'
import { openRedis } from '../../src/redis/index.ts'

export const SECOND = 1_000_000

/** What both twins can do; they differ only in who waits. */
export interface Twin {
  decide(charge: Parameters<MemoryLimiter['decide']>[0]): ReturnType<Limiter['decide']>
  peek(charge: Parameters<MemoryLimiter['peek']>[0]): ReturnType<Limiter['peek']>
  settle: Limiter['settle']
  release: Limiter['release']
  note: Limiter['note']
  refusals: Limiter['refusals']
  renew(): void
}

export type Story = (t: Test, twin: Twin, pass: (micros: number) => void) => Promise<void>

const redis = await openRedis((await startRedis(t)).url, { required: true })
redis.setMaxListeners(0)
t.teardown(() => redis.disconnect())

/** Every such test is one about both twins. It begins at 2026-09-21T14:13:20Z. */
export function forBothTwins(title: string, story: Story): void {
  t.test(title, async (t) => {
    const memory = clock()
    await t.test('in memory', (t) =>
      story(t, new MemoryLimiter({ now: memory.now, heartbeatMs: 0 }), memory.pass),
    )
    const shared = clock()
    const limiter = new RedisLimiter({
      redis,
      prefix: `${title}:`,
      answerWithinMs: 30_000,
      heartbeatMs: 0,
      now: shared.now,
      redisClock: () => `=${shared.now()}`,
    })
    await t.test('in Redis', (t) => story(t, limiter, shared.pass))
  })
}

function clock() {
  let now = 1_790_000_000_000_000
  return {
    now: () => now,
    pass: (micros: number) => {
      now += micros
    },
  }
}
