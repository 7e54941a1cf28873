import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { manualClock, startRedis, type TestRedis } from '@stockgate/test-kit'
import t, { type Test } from 'tap'
import { loneFleet, RedisFleet, RememberedSize } from '../../src/fleet/index.ts'
import { openRedis } from '../../src/redis/index.ts'
import { until } from '../kit/gateway.ts'

const quiet = { info: () => {}, warn: () => {} }

function stateFile(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'stockgate-fleet-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'state', 'fleet.json')
}

/** A gateway that beats only when told. */
async function joined(t: Test, server: TestRedis, id: string, file = stateFile(t)) {
  const redis = await openRedis(server.url, { required: true })
  const clock = manualClock()
  const fleet = new RedisFleet({
    id,
    redis,
    remembered: new RememberedSize(file),
    log: quiet,
    now: clock.now,
    beatMs: 0,
  })
  t.teardown(async () => {
    await fleet.close()
    redis.disconnect()
  })
  return { fleet, clock, redis, file }
}

/** Makes a member's last beat older, as if time had passed. */
async function silence(
  redis: { zincrby(key: string, by: number, member: string): Promise<unknown> },
  id: string,
) {
  await redis.zincrby('stockgate:{fleet}:members', -3_000, id)
}

t.test('gateways that beat know of each other, each in a place of its own', async (t) => {
  const server = await startRedis(t)
  const [b, a] = [await joined(t, server, 'b'), await joined(t, server, 'a')]
  await b.fleet.beat()
  t.same(b.fleet.place(), { size: 1, rank: 0 })
  await a.fleet.beat()
  await b.fleet.beat()
  t.same(a.fleet.place(), { size: 2, rank: 0 })
  t.same(b.fleet.place(), { size: 2, rank: 1 })
})

t.test('what a gateway publishes reaches the others with its next beat', async (t) => {
  const server = await startRedis(t)
  const [a, b] = [await joined(t, server, 'a'), await joined(t, server, 'b')]
  a.fleet.publish('policy', { revision: 1 })
  await a.fleet.beat()
  a.fleet.publish('policy', { revision: 2 })
  t.match(await b.fleet.members(), [
    { id: 'a', bulletins: { policy: { revision: 1 } } },
    { id: 'b', bulletins: {} },
  ])
  await a.fleet.beat()
  t.match(await b.fleet.members(), [{ id: 'a', bulletins: { policy: { revision: 2 } } }, { id: 'b' }])
})

t.test('a gateway silent for three seconds is gone', async (t) => {
  const server = await startRedis(t)
  const [a, b] = [await joined(t, server, 'a'), await joined(t, server, 'b')]
  await b.fleet.beat()
  await a.fleet.beat()
  a.clock.advance(3_000)
  await silence(a.redis, 'b')
  t.same(
    (await a.fleet.members()).map(({ id }) => id),
    ['a'],
  )
  await a.fleet.beat()
  t.equal(a.fleet.size(), 1)
})

t.test('a gateway that ends takes itself out at once', async (t) => {
  const server = await startRedis(t)
  const [a, b] = [await joined(t, server, 'a'), await joined(t, server, 'b')]
  await b.fleet.beat()
  await a.fleet.beat()
  t.equal(a.fleet.size(), 2)
  await b.fleet.close()
  a.clock.advance(3_000)
  await a.fleet.beat()
  t.equal(a.fleet.size(), 1)
})

t.test(
  'a Redis that came back empty is not believed that the others are gone until they had time to beat',
  async (t) => {
    const server = await startRedis(t)
    const [a, b] = [await joined(t, server, 'a'), await joined(t, server, 'b')]
    await b.fleet.beat()
    await a.fleet.beat()
    a.clock.advance(60_000)
    await a.redis.flushall()
    await a.fleet.beat()
    t.equal(a.fleet.size(), 2)
    a.clock.advance(2_999)
    await a.fleet.beat()
    t.equal(a.fleet.size(), 2)
    a.clock.advance(1)
    await a.fleet.beat()
    t.equal(a.fleet.size(), 1)
  },
)

t.test('the size is kept while Redis is away, and over a restart', async (t) => {
  const server = await startRedis(t)
  const [a, b] = [await joined(t, server, 'a'), await joined(t, server, 'b')]
  a.fleet.publish('policy', { revision: 7 })
  await b.fleet.beat()
  await a.fleet.beat()
  await a.fleet.members()
  await server.stop()
  await until(() => a.redis.status !== 'ready', 'the connection is lost')
  a.clock.advance(60_000)
  await a.fleet.beat()
  t.equal(a.fleet.size(), 2)
  t.match(await a.fleet.members(), [
    { id: 'a', seenMs: 0, bulletins: { policy: { revision: 7 } } },
    { id: 'b', seenMs: Number },
  ])
  t.ok(((await a.fleet.members())[1]?.seenMs ?? 0) >= 60_000, 'its age grows')
  await a.fleet.close()
  t.same(JSON.parse(readFileSync(a.file, 'utf8')), { size: 2 })

  const redis = await openRedis(server.url, { required: false })
  t.teardown(() => redis.disconnect())
  const again = new RedisFleet({
    id: 'c',
    redis,
    remembered: new RememberedSize(a.file),
    log: quiet,
    beatMs: 0,
  })
  await again.beat()
  t.equal(again.size(), 2)
  await again.close()
})

t.test('a heartbeat runs by itself and starts as soon as Redis is there', async (t) => {
  const server = await startRedis(t)
  await server.stop()
  const redis = await openRedis(server.url, { required: false })
  t.teardown(() => redis.disconnect())
  const fleet = new RedisFleet({ id: 'a', redis, remembered: new RememberedSize(stateFile(t)), log: quiet })
  t.teardown(() => fleet.close())
  const again = await startRedis(t, { port: server.port })
  const b = await joined(t, again, 'b')
  await b.fleet.beat()
  await until(() => fleet.size() === 2, 'it found the other')
})

t.test('a kept size that makes no sense counts as one gateway', async (t) => {
  const server = await startRedis(t)
  for (const text of ['', '{', '{"size":0}', '{"size":1.5}', '{"size":"2"}', 'null']) {
    const file = stateFile(t)
    const remembered = new RememberedSize(file)
    remembered.write(3, (error) => t.fail(String(error)))
    await remembered.settled()
    t.equal(remembered.read(), 3)

    writeFileSync(file, text)
    t.equal((await joined(t, server, 'a', file)).fleet.size(), 1, text)
  }
})

t.test('without Redis a gateway is alone', async (t) => {
  const fleet = loneFleet('a')
  fleet.publish('policy', { revision: 1 })
  t.equal(fleet.size(), 1)
  t.same(await fleet.members(), [{ id: 'a', seenMs: 0, bulletins: { policy: { revision: 1 } } }])
  await fleet.close()
})
