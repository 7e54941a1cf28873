import { startRedis } from '@stockgate/test-kit'
import { Redis } from 'ioredis'
import t from 'tap'
import { call } from '../kit/call.ts'
import { createWorld, eventually, historyOf } from './gateways.ts'

const LIST = 'stockgate:journal:policy'

t.test('a change made on one gateway is in force on the other, also when nothing is published', async (t) => {
  const redis = await startRedis(t)
  const client = new Redis(redis.url)
  t.teardown(() => client.disconnect())
  const world = await createWorld(t, redis)
  const [a, b] = await Promise.all([world.start('a'), world.start('b')])

  t.equal((await a.apply(500, 1)).status, 200)
  t.equal(await a.quota(), 500, 'here it holds when the answer comes')
  await eventually(b.quota, 500)

  const cut = setInterval(() => void client.call('CLIENT', 'KILL', 'TYPE', 'pubsub').catch(() => {}), 5)
  t.teardown(() => clearInterval(cut))
  t.equal((await b.apply(600, 2)).status, 200)
  await eventually(a.quota, 600)
  clearInterval(cut)

  const waited = (await a.apply(700, 3, '?wait=20')).json as { live: object[]; waiting_for: string[] }
  t.same(waited.waiting_for, [])
  t.match(waited.live, [{ revision: 4 }, { revision: 4 }])
  t.equal(await b.quota(), 700, 'after --wait it holds everywhere')
  t.same(await historyOf(a), await historyOf(b))
})

t.test(
  'of two operators who change the same revision at once, the second sees what the first did',
  async (t) => {
    const redis = await startRedis(t)
    const world = await createWorld(t, redis)
    const [a, b] = await Promise.all([world.start('a'), world.start('b')])
    const answers = await Promise.all([a.apply(500, 1), b.apply(600, 1)])
    t.same(answers.map(({ status }) => status).sort(), [200, 412])
    const [won, lost] = answers[0].status === 200 ? [500, answers[1]] : [600, answers[0]]
    t.match(lost.json, { current_revision: 2 })
    t.match(JSON.stringify(lost.json.changes), String(won))
    await Promise.all([eventually(a.quota, won), eventually(b.quota, won)])
    t.equal((await historyOf(a)).length, 2)
  },
)

t.test('a flushed Redis changes nothing for traffic, and gets the history back', async (t) => {
  const redis = await startRedis(t)
  const client = new Redis(redis.url)
  t.teardown(() => client.disconnect())
  const world = await createWorld(t, redis)
  const [a, b] = await Promise.all([world.start('a'), world.start('b')])
  await a.apply(500, 1)
  await b.apply(600, 2, '?wait=20')
  const before = await client.lrange(LIST, 0, -1)
  t.equal(before.length, 3)

  const wrong: unknown[] = []
  let traffic = true
  const load = Promise.all(
    [a, b].map(async ({ quota }) => {
      while (traffic) {
        const seen = await quota().catch(String)
        if (seen !== 600) wrong.push(seen)
      }
    }),
  )
  await client.flushall()
  let after: string[] = []
  for (const end = Date.now() + 20_000; after.length < 3 && Date.now() < end; )
    after = await client.lrange(LIST, 0, -1)
  traffic = false
  await load
  t.same(after, before)
  t.same(wrong, [])
  t.equal((await a.apply(700, 3, '?wait=20')).status, 200)
  t.equal(await b.quota(), 700)
})

t.test('a gateway starts and serves without Redis, says so, and catches up when it is there', async (t) => {
  const redis = await startRedis(t)
  const world = await createWorld(t, redis)
  const [a, b] = await Promise.all([world.start('a'), world.start('b')])
  await a.apply(500, 1, '?wait=20')
  b.process.child.kill('SIGTERM')
  t.equal(await b.process.exited, 0)
  await a.apply(600, 2)
  await redis.stop()

  const again = await world.start('b')
  t.equal(await again.quota(), 500, 'what it last knew')
  const ready = await call(again.url, '/readyz')
  t.equal(ready.status, 200)
  t.match(ready.json, { status: 'warn', checks: { policy: 'warn' } })
  t.match(
    again.process.lines().find(({ msg }) => String(msg).startsWith('starting without Redis')),
    { level: 40, reason: /^cannot use Redis at/ },
  )
  const refused = await again.apply(1, 2)
  t.equal(refused.status, 503)
  t.match(refused.json.detail, /it was not made/)

  await startRedis(t, { port: redis.port })
  await eventually(again.quota, 600)
  await eventually(async () => (await call(again.url, '/readyz')).json.status, 'pass')
  t.same(await historyOf(again), ['3 quota 600', '2 quota 500', (await historyOf(a)).at(-1)])
})

t.test('a gateway that never had a policy does not start without Redis', async (t) => {
  const redis = await startRedis(t)
  await redis.stop()
  const world = await createWorld(t, redis)
  await t.rejects(world.start('new'), /REDIS_URL: cannot use Redis at/)
})

t.test('a gateway killed in the middle of changes loses none that it acknowledged', async (t) => {
  for (const shared of [true, false]) {
    const redis = shared ? await startRedis(t) : undefined
    const world = await createWorld(t, redis)
    let a = await world.start('a')
    let revision = 1
    for (let round = 0; round < (shared ? 1 : 2); round++) {
      const killAt = revision + 5 + round * 4
      for (let going = true; going; ) {
        const change = a.apply(1_000 + revision, revision)
        if (revision === killAt) setTimeout(() => a.process.child.kill('SIGKILL'), round * 2)
        going = await change.then(
          ({ status }) => status === 200 && ++revision > 0,
          () => false,
        )
      }
      await a.process.exited
      a = await world.start('a')
      const { revision: kept } = (await a.read('/limits')).json as { revision: number }
      t.ok(kept === revision || kept === revision + 1, `${revision} were acknowledged, ${kept} are there`)
      t.ok(kept >= killAt)
      revision = kept
    }
  }
})
