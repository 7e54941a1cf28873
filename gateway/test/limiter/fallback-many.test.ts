import { startRedis } from '@stockgate/test-kit'
import t from 'tap'
import { createLimiter, type StoreStatus } from '../../src/limiter/index.ts'
import { openRedis } from '../../src/redis/index.ts'
import { until } from '../kit/gateway.ts'
import { charge, OPTIONS, rate } from './charges.ts'

const COUNTERS = 1_000
const requests = Array.from({ length: COUNTERS }, (_, client) =>
  charge(`client:c${client}`, [rate('burst', 10, 3_600)]),
)

t.test(
  'what a thousand clients spent during an outage is all handed over, and told to the fleet',
  async (t) => {
    const server = await startRedis(t)
    await server.stop()
    const redis = await openRedis(server.url, { required: false })
    const told: StoreStatus[] = []
    const fleet = {
      place: () => ({ size: 2, rank: 0 }),
      publish: (_name: string, status: unknown) => told.push(status as StoreStatus),
    }
    const limiter = createLimiter({ redis, fleet, log: { info: () => {}, warn: () => {} } })
    t.teardown(() => limiter.close())
    for (const request of requests)
      for (let call = 0; call < 5; call++) await limiter.decide({ ...request }, OPTIONS)
    t.equal(limiter.store().decidedAlone, 5 * COUNTERS)

    await startRedis(t, { port: server.port })
    await until(() => limiter.store().decides === 'redis', 'it asks Redis')
    let left = 0
    for (const request of requests) {
      const { decidedBy, limits } = await limiter.peek(request, OPTIONS)
      if (decidedBy === 'redis' && limits[0]?.remaining !== 0) left++
    }
    t.equal(left, 0)
    t.same(told.map(({ decides }) => decides).slice(0, 3), ['redis', 'share', 'redis'])
  },
)
