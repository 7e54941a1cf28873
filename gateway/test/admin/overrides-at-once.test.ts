import { startRedis } from '@stockgate/test-kit'
import t from 'tap'
import { startOperated } from './operated.ts'

const AT_ONCE = 40

t.test('overrides given on two gateways at once are all given', async (t) => {
  const redis = await startRedis(t)
  const gateways = [
    await startOperated(t, { redisUrl: redis.url }),
    await startOperated(t, { redisUrl: redis.url }),
  ] as const
  const until = new Date(Date.now() + 3_600_000).toISOString()
  const answers = await Promise.all(
    Array.from({ length: AT_ONCE }, (_, at) =>
      gateways[at % 2 === 0 ? 0 : 1].operate('/limits/overrides', {
        method: 'POST',
        body: { client: `client-${at}`, tier: 'partner', until, reason: 'a rush' },
      }),
    ),
  )
  t.same(
    answers.filter(({ status }) => status !== 201).map(({ json }) => json),
    [],
  )
  const revisions = answers.map(({ json }) => json.revision as number).sort((a, b) => a - b)
  t.same(
    revisions,
    Array.from({ length: AT_ONCE }, (_, at) => at + 2),
    'each made a revision',
  )
  const { items } = (await gateways[0].operate('/limits/overrides')).json as { items: object[] }
  t.equal(items.length, AT_ONCE)
})
