import { recordingUpstream, startRedis } from '@stockgate/test-kit'
import t from 'tap'
import { openTestKeys, WISH } from '../../kit/api-keys.ts'
import { call } from '../../kit/call.ts'
import { startGateway, until } from '../../kit/gateway.ts'

t.test(
  'a key revoked through one gateway is refused by the other, and by both after Redis died',
  async (t) => {
    const redis = await startRedis(t)
    const upstream = await recordingUpstream(t)
    const sites = [
      await openTestKeys(t, { redisUrl: redis.url }),
      await openTestKeys(t, { redisUrl: redis.url }),
    ] as const
    const [one, two] = [
      await startGateway(t, { upstream: upstream.url, keys: sites[0].keys }),
      await startGateway(t, { upstream: upstream.url, keys: sites[1].keys }),
    ]
    const { text, record } = await sites[0].keys.create(WISH, 'ops')
    const kept = await sites[0].keys.create(WISH, 'ops')
    const statuses = async (key: string): Promise<number[]> => {
      const headers = { 'x-api-key': key }
      const answers = [
        await call(one.url, '/things', { headers }),
        await call(two.url, '/things', { headers }),
      ]
      return answers.map(({ status }) => status)
    }
    await until(() => sites[1].keys.list().length === 2, 'the other gateway knows both keys')
    t.same(await statuses(text), [200, 200])

    await sites[0].keys.revoke(record.id, 'ops')
    await until(() => sites[1].keys.get(record.id)?.state === 'revoked', 'the other gateway heard of it')
    t.same(await statuses(text), [401, 401])
    t.match(await two.line(2), { cause: 'API_KEY_REVOKED', key_id: record.id })
    const before = upstream.requests.length

    await redis.stop()
    t.same(await statuses(text), [401, 401])
    t.equal(upstream.requests.length, before)
    t.same(await statuses(kept.text), [200, 200])
  },
)
