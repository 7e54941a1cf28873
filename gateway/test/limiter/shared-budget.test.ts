import { startRedis } from '@stockgate/test-kit'
import t from 'tap'
import { RedisLimiter } from '../../src/limiter/redis-limiter.ts'
import { openRedis } from '../../src/redis/index.ts'
import { charge, rate } from './charges.ts'

const LIMITS = [rate('burst', 100, 3600), rate('sustained', 3000, 86_400)]

t.test('a burst of 400 over two gateways with a limit of 100 admits exactly 100', async (t) => {
  const { url } = await startRedis(t)
  const gateways = await Promise.all(
    [url, url].map(
      async (address) =>
        new RedisLimiter({ redis: await openRedis(address, { required: true }), answerWithinMs: 5_000 }),
    ),
  )
  t.teardown(() => Promise.all(gateways.map((gateway) => gateway.close())))
  for (let round = 0; round < 20; round++) {
    const decisions = await Promise.all(
      Array.from({ length: 400 }, (_, call) =>
        (gateways[call % 2] as RedisLimiter).decide(charge(`client-${round}`, LIMITS)),
      ),
    )
    t.equal(decisions.filter(({ allowed }) => allowed).length, 100)
    const left = decisions.map(({ limits }) => limits[1]?.remaining)
    t.equal(Math.min(...(left as number[])), 2900, 'what was refused took nothing of the other limit')
  }
})
