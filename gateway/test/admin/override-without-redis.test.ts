import { manualClock, startRedis } from '@stockgate/test-kit'
import t from 'tap'
import { startOperated } from './operated.ts'

t.test('an override ends on time on every gateway though Redis died while it held', async (t) => {
  const redis = await startRedis(t)
  const clock = manualClock('2026-11-22T08:00:00Z')
  const options = { redisUrl: redis.url, clock: clock.now }
  const here = await startOperated(t, options)
  const there = await startOperated(t, options)
  const body = { client: 'acme', tier: 'partner', until: '2026-11-22T08:10:00Z', reason: 'stock take' }
  const added = await here.operate('/limits/overrides?wait=20', { method: 'POST', body })
  t.equal(added.status, 201)
  t.same(added.json.waiting_for, [])

  await redis.stop()
  t.same([await here.visits('acme'), await there.visits('acme')], [6, 6], 'it holds on both')
  clock.set('2026-11-22T08:09:59.999Z')
  t.same([await here.visits('acme'), await there.visits('acme')], [6, 6], 'to the last millisecond')
  clock.set('2026-11-22T08:11:00Z')
  t.same([await here.visits('acme'), await there.visits('acme')], [3, 3], 'and not longer')
  t.match((await here.operate('/limits/overrides')).json, { items: [] })
})
