import { startRedis } from '@stockgate/test-kit'
import t from 'tap'
import type { ApiKeys } from '../../src/keys/index.ts'
import { openTestKeys, WISH } from '../kit/api-keys.ts'
import { until } from '../kit/until.ts'

/** What the brief promises is a second; a busy machine may be late without the promise being wrong. */
const PATIENCE = 5_000

const isGood = (keys: ApiKeys, text: string) => keys.judge(text).client !== null

t.test('a key made, rotated or revoked on one gateway is so on the other', async (t) => {
  const redis = await startRedis(t)
  const [one, two] = [
    await openTestKeys(t, { redisUrl: redis.url }),
    await openTestKeys(t, { redisUrl: redis.url }),
  ]
  const { text, record } = await one.keys.create(WISH, 'ops')
  await until(() => isGood(two.keys, text), 'the other knows the key', PATIENCE)

  const next = await two.keys.rotate(record.id, { overlap: 600 }, 'ops')
  await until(() => isGood(one.keys, next.text), 'the first knows the new key', PATIENCE)
  t.match(one.keys.get(record.id), { state: 'overlap', rotatedTo: next.record.id })

  await one.keys.revoke(next.record.id, 'ops')
  const gone = () => !isGood(two.keys, text) && !isGood(two.keys, next.text)
  await until(gone, 'the other refuses both', PATIENCE)
  t.match(two.keys.judge(next.text), { client: null, flaw: 'API_KEY_REVOKED', id: next.record.id })
})

t.test('keys work with Redis dead, and a gateway knows them when it starts without', async (t) => {
  const redis = await startRedis(t)
  const site = await openTestKeys(t, { redisUrl: redis.url })
  const { text, record } = await site.keys.create(WISH, 'ops')
  const revoked = await site.keys.create(WISH, 'ops')
  await site.keys.revoke(revoked.record.id, 'ops')
  await redis.stop()
  t.ok(isGood(site.keys, text))
  t.notOk(isGood(site.keys, revoked.text))
  await t.rejects(site.keys.revoke(record.id, 'ops'), { name: 'Unavailable' })
  t.ok(isGood(site.keys, text), 'what could not be kept is not done')
  await site.close()

  const again = await openTestKeys(t, { redisUrl: redis.url, folder: site.folder })
  t.ok(isGood(again.keys, text))
  t.notOk(isGood(again.keys, revoked.text))
})

t.test('a revoked key stays revoked when Redis lost everything', async (t) => {
  const redis = await startRedis(t)
  const site = await openTestKeys(t, { redisUrl: redis.url })
  const { text, record } = await site.keys.create(WISH, 'ops')
  await site.keys.revoke(record.id, 'ops')
  await redis.stop()
  const empty = await startRedis(t, { port: redis.port })
  await until(() => site.journal.synced(), 'the gateway found the new Redis', 20_000)
  const fresh = await openTestKeys(t, { redisUrl: empty.url })
  await until(() => fresh.keys.get(record.id) !== undefined, 'the journal was put back', 20_000)
  t.match(fresh.keys.judge(text), { client: null, flaw: 'API_KEY_REVOKED' })
  t.match(site.keys.judge(text), { client: null, flaw: 'API_KEY_REVOKED' })
})

t.test('of a rotation on both gateways at once one holds, and both agree which', async (t) => {
  const redis = await startRedis(t)
  const [one, two] = [
    await openTestKeys(t, { redisUrl: redis.url }),
    await openTestKeys(t, { redisUrl: redis.url }),
  ]
  const { record, text } = await one.keys.create(WISH, 'ops')
  await until(() => isGood(two.keys, text), 'the other knows the key', PATIENCE)
  const tries = await Promise.allSettled(
    [one, two].map(({ keys }) => keys.rotate(record.id, { overlap: 600 }, 'ops')),
  )
  t.same(tries.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  await until(() => [one, two].every(({ keys }) => keys.list().length === 2), 'both know two keys', PATIENCE)
  t.equal(one.keys.get(record.id)?.rotatedTo, two.keys.get(record.id)?.rotatedTo)
})

t.test('who revokes many keys at once, on both gateways, finds all of them revoked', async (t) => {
  const redis = await startRedis(t)
  const sites = [
    await openTestKeys(t, { redisUrl: redis.url }),
    await openTestKeys(t, { redisUrl: redis.url }),
  ] as const
  const at = (index: number) => sites[index % 2 === 0 ? 0 : 1].keys
  const made = await Promise.all(Array.from({ length: 60 }, (_, index) => at(index).create(WISH, 'ops')))
  await Promise.all(made.map(({ record }, index) => at(index).revoke(record.id, 'ops')))
  const gone = () => sites.every(({ keys }) => made.every(({ text }) => !isGood(keys, text)))
  await until(gone, 'both refuse all of them', PATIENCE)
})
