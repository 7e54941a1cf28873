import { startRedis } from '@stockgate/test-kit'
import { Redis } from 'ioredis'
import t from 'tap'
import { until } from '../kit/until.ts'
import { burstOf, site, withBurst } from './site.ts'

const ADA = { author: 'ada', reason: 'because' }
const LIST = 'stockgate:journal:policy'

t.test('a gateway that was alone follows the history of the fleet that it joins', async (t) => {
  const redis = await startRedis(t)
  const fleet = await site(t, { redisUrl: redis.url })
  await fleet.revisions.apply({ document: withBurst(50), ...ADA, expected: 1 })
  const alone = await site(t)
  await alone.revisions.apply({ document: withBurst(60), ...ADA, expected: 1 })
  await alone.revisions.apply({ document: withBurst(70), ...ADA, expected: 2 })
  await alone.end()

  const joined = await site(t, { folder: alone.folder, redisUrl: redis.url })
  t.equal(burstOf(joined), 50)
  t.same(joined.revisions.history(), fleet.revisions.history())
  t.equal(joined.policy.current().number, 2)
})

t.test(
  'a history that is exchanged while a gateway serves is in force at once, from its first revision',
  async (t) => {
    const redis = await startRedis(t)
    const client = new Redis(redis.url)
    t.teardown(() => client.disconnect())
    const place = await site(t, { redisUrl: redis.url })
    await place.revisions.apply({ document: withBurst(50), ...ADA, expected: 1 })
    await place.revisions.apply({ document: withBurst(60), ...ADA, expected: 2 })
    const elsewhere = await startRedis(t)
    const other = await site(t, { redisUrl: elsewhere.url })
    await other.revisions.apply({ document: withBurst(70), ...ADA, expected: 1 })
    const source = new Redis(elsewhere.url)
    t.teardown(() => source.disconnect())
    const lines = await source.lrange(LIST, 0, -1)

    const told: number[] = []
    place.revisions.subscribe(({ revision }) => told.push(revision))
    await client
      .multi()
      .del(LIST)
      .rpush(LIST, ...lines)
      .exec()
    await until(() => burstOf(place) === 70, 'the other limits are in force')
    t.equal(place.policy.current().number, 2)
    t.same(place.revisions.history(), other.revisions.history())
    t.same(told, [2], 'what never held is not told')
    await place.revisions.apply({ document: withBurst(80), ...ADA, expected: 2 })
    t.equal(burstOf(place), 80)
  },
)
