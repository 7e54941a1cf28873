import { startRedis } from '@stockgate/test-kit'
import t from 'tap'
import { gatewayRoutes } from '../../src/admin/gateways.ts'
import { openFleet } from '../../src/fleet/index.ts'
import { createLimiter } from '../../src/limiter/index.ts'
import { openConnections } from '../../src/redis/index.ts'
import { folderOf } from '../kit/folder.ts'
import { until } from '../kit/until.ts'
import { keptLog, startListener } from './http/listener.ts'

t.test('/gateways tells whose counters decide, in the words of all other answers', async (t) => {
  const server = await startRedis(t)
  const redis = await openConnections(server.url, { required: true })
  const { log } = keptLog()
  const fleet = await openFleet({ redis: redis.background, state: folderOf(t, {}), log })
  const limiter = createLimiter({ redis: redis.limits, fleet, log })
  t.teardown(async () => {
    await limiter.close()
    await fleet.close()
    redis.close()
  })
  const revisions = { current: () => ({ revision: 4 }), inForce: () => 3 }
  const { call } = await startListener(t, (app) => gatewayRoutes(app, { fleet, revisions } as never))
  const told = async () => (await call('/gateways')).json
  await until(() => limiter.store().decides === 'redis', 'Redis decides')
  t.match(await told(), { revision: 4, items: [{ id: fleet.id, self: true, revision: 3 }] })

  await server.stop()
  await until(() => limiter.store().decides === 'share', 'the gateway decides alone')
  const [item] = (await told()).items as { store: Record<string, unknown> }[]
  t.match(item?.store, { decides: 'share', cause: /./, outages: 1, since: /^\d{4}-\d\d-\d\dT/ })
  t.same(Object.keys(item?.store ?? {}).sort(), ['cause', 'decided_alone', 'decides', 'outages', 'since'])
})
