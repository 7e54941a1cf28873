import { startRedis } from '@stockgate/test-kit'
import t from 'tap'
import { openRedis } from '../../src/redis/index.ts'
import { RedisLimiter } from '../../src/limiter/redis-limiter.ts'

const LIMITS = [
  { name: 'burst', quota: 100, window: 3600 },
  { name: 'sustained', quota: 3000, window: 86_400 },
]

t.test('a burst of 400 over two gateways with a limit of 100 admits exactly 100', async (t) => {
  const { url } = await startRedis(t)
  const gateways = await Promise.all(
    [url, url].map(
      async (address) => new RedisLimiter({ redis: await openRedis(address, { required: true }), answerWithinMs: 5_000 }),
    ),
  )
  t.teardown(() => Promise.all(gateways.map((gateway) => gateway.close())))
  for (let round = 0; round < 20; round++) {
    const decisions = await Promise.all(
      Array.from({ length: 400 }, (_, call) =>
        (gateways[call % 2] as RedisLimiter).decide(`client-${round}`, LIMITS, 1),
      ),
    )
    t.equal(decisions.filter(({ allowed }) => allowed).length, 100)
    const left = decisions.map(({ limits }) => limits[1]?.remaining)
    t.equal(Math.min(...(left as number[])), 2900, 'what was refused took nothing of the other limit')
  }
})
