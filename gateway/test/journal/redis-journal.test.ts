import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { startRedis, type TestRedis, type TestScope } from '@stockgate/test-kit'
import { Redis } from 'ioredis'
import { pino } from 'pino'
import t from 'tap'
import { Conflict, type Journal, openJournal, Unavailable } from '../../src/journal/index.ts'
import { openConnections } from '../../src/redis/index.ts'
import { folderOf } from '../kit/folder.ts'
import { until } from '../kit/until.ts'

interface Word {
  readonly word: string
}

interface Site {
  readonly journal: Journal<Word>
  readonly folder: string
  readonly redis: Awaited<ReturnType<typeof openConnections>>
  /** Messages of warnings and errors. */
  readonly complaints: string[]
  end(): Promise<void>
}

/** What one gateway has: connections, a state folder and the journal. */
async function site(
  t: TestScope,
  redis: { url: string },
  folder = folderOf(t, {}),
  required = true,
): Promise<Site> {
  const complaints: string[] = []
  const output = new Writable({
    write: (chunk, _encoding, done) => {
      complaints.push(String(chunk))
      done()
    },
  })
  const connections = await openConnections(redis.url, { required })
  const journal = await openJournal<Word>({
    name: 'policy',
    folder,
    redis: connections,
    log: pino({ level: 'warn' }, output),
    isBeginning: ({ word }) => word.startsWith('seed'),
    describe: ({ word }) => ({ word }),
  })
  let ended = false
  const end = async () => {
    if (ended) return
    ended = true
    await journal.close()
    connections.close()
  }
  t.teardown(end)
  return { journal, folder, redis: connections, complaints, end }
}

const words = ({ journal }: Site) => journal.entries().map(({ entry }) => entry.word)
const kept = ({ folder }: Site) =>
  readFileSync(join(folder, 'policy.jsonl'), 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line).entry.word)
const has = (place: Site, expected: readonly string[]) =>
  until(
    () => words(place).join() === expected.join(),
    `the journal is ${expected}, not ${words(place)}`,
    5_000,
  )

async function inRedis(t: TestScope, redis: TestRedis) {
  const client = new Redis(redis.url)
  t.teardown(() => client.disconnect())
  return {
    client,
    words: async () =>
      (await client.lrange('stockgate:journal:policy', 0, -1)).map((line) => JSON.parse(line).entry.word),
  }
}

t.test('what one gateway appends is in memory and on disk of the other', async (t) => {
  const redis = await startRedis(t)
  const [a, b] = [await site(t, redis), await site(t, redis)]
  const told: number[] = []
  b.journal.subscribe(({ number }) => told.push(number))
  await a.journal.append({ word: 'one' }, 0)
  await has(b, ['one'])
  await b.journal.append({ word: 'two' }, 1)
  await has(a, ['one', 'two'])
  for (const place of [a, b]) await until(() => kept(place).join() === 'one,two', 'both are on disk', 5_000)
  t.same(told, [1, 2])
  t.ok(a.journal.synced() && b.journal.synced())
})

t.test('without publications the next look finds what is new', async (t) => {
  const redis = await startRedis(t)
  const [a, b] = [await site(t, redis), await site(t, redis)]
  b.redis.subscriptions.disconnect()
  await a.journal.append({ word: 'one' }, 0)
  await has(b, ['one'])
})

t.test('connections that are cut again and again end no process and miss no entry', async (t) => {
  const redis = await startRedis(t)
  const url = `${redis.url}/1`
  const [a, b] = [await site(t, { url }), await site(t, { url })]
  const client = new Redis(url)
  t.teardown(() => client.disconnect())
  const expected: string[] = []
  for (let round = 0; round < 100; round++) {
    await client.call('CLIENT', 'KILL', 'TYPE', round % 2 === 0 ? 'pubsub' : 'normal', 'SKIPME', 'yes')
    if (round % 10 > 0) continue
    const word = `round ${round}`
    await a.journal.append({ word }, expected.length)
    expected.push(word)
  }
  await has(b, expected)
  t.same(words(a), expected)
})

t.test(
  'of two gateways that append at once one succeeds, and the loser already knows what won',
  async (t) => {
    const redis = await startRedis(t)
    const [a, b] = [await site(t, redis), await site(t, redis)]
    for (let length = 0; length < 20; length++) {
      await Promise.all(
        [a, b].map(({ journal }) => until(() => journal.entries().length === length, 'both know')),
      )
      const outcomes = await Promise.allSettled(
        [a, b].map((place, index) =>
          place.journal.append({ word: `${length} of ${index}` }, length).catch((error) => {
            t.type(error, Conflict)
            t.equal(place.journal.entries().length, length + 1)
            throw error
          }),
        ),
      )
      t.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1)
    }
    await has(b, words(a))
  },
)

t.test(
  'a flushed Redis gets everything back, once, though two gateways see it at the same time',
  async (t) => {
    const redis = await startRedis(t)
    const [a, b] = [await site(t, redis), await site(t, redis)]
    const shared = await inRedis(t, redis)
    const all = Array.from({ length: 450 }, (_, index) => `entry ${index}`)
    for (const [index, word] of all.entries()) await a.journal.append({ word }, index)
    await has(b, all)
    const told: number[] = []
    a.journal.subscribe(({ number }) => told.push(number), { after: all.length })
    for (let round = 0; round < 5; round++) {
      await shared.client.flushall()
      await shared.client.publish('stockgate:journal:policy', '0')
      await until(() => a.complaints.length + b.complaints.length > 0, 'somebody notices', 5_000)
      let now: string[] = []
      for (const end = Date.now() + 5_000; now.length < all.length && Date.now() < end; )
        now = await shared.words()
      t.same(now, all)
      a.complaints.length = b.complaints.length = 0
    }
    await a.journal.append({ word: 'next' }, all.length)
    await has(b, [...all, 'next'])
    t.same(told, [451], 'nobody is told anything twice')
  },
)

t.test('an append that meets a flushed Redis puts the history back and then succeeds', async (t) => {
  const redis = await startRedis(t)
  const a = await site(t, redis)
  const shared = await inRedis(t, redis)
  await a.journal.append({ word: 'one' }, 0)
  await shared.client.flushall()
  await a.journal.append({ word: 'two' }, 1)
  t.same(await shared.words(), ['one', 'two'])
})

t.test(
  'a gateway that starts while Redis is away has what was last known, and catches up later',
  async (t) => {
    const redis = await startRedis(t)
    const [a, b] = [await site(t, redis), await site(t, redis)]
    await a.journal.append({ word: 'one' }, 0)
    await has(b, ['one'])
    await b.end()
    await a.journal.append({ word: 'two' }, 1)
    await redis.stop()

    const again = await site(t, redis, b.folder, false)
    t.same(words(again), ['one'])
    t.notOk(again.journal.synced())
    await t.rejects(again.journal.append({ word: 'x' }, 1), Unavailable)
    await t.rejects(again.journal.append({ word: 'x' }, 1), /it was not made/)
    t.same(words(again), ['one'])

    await startRedis(t, { port: redis.port })
    await has(again, ['one', 'two'])
    await until(() => again.journal.synced(), 'the journal is shared again')
    await again.journal.append({ word: 'three' }, 2)
    await has(a, ['one', 'two', 'three'])
  },
)

t.test('where histories differ the one in Redis holds, and the other is logged and kept aside', async (t) => {
  const redis = await startRedis(t)
  const shared = await inRedis(t, redis)
  const a = await site(t, redis)
  await a.journal.append({ word: 'one' }, 0)
  await a.journal.append({ word: 'mine' }, 1)
  await a.end()
  await shared.client.rpop('stockgate:journal:policy')
  const b = await site(t, redis)
  await b.journal.append({ word: 'theirs' }, 1)

  const again = await site(t, redis, a.folder)
  t.same(words(again), ['one', 'theirs'])
  t.same(kept(again), ['one', 'theirs'])
  const told = JSON.parse(again.complaints.find((line) => line.includes('do not hold')) ?? '{}')
  t.match(told, { level: 50, journal: 'policy', from: 2, to: 2, lost: [{ word: 'mine' }] })
  t.match(readFileSync(told.kept, 'utf8'), '"mine"')
})

t.test('who was told of entries that do not hold is told to begin anew', async (t) => {
  const redis = await startRedis(t)
  const shared = await inRedis(t, redis)
  const a = await site(t, redis)
  const seen: string[] = []
  a.journal.subscribe(({ entry }) => seen.push(entry.word), { restart: () => (seen.length = 0) })
  await a.journal.append({ word: 'one' }, 0)
  await a.journal.append({ word: 'mine' }, 1)
  const other = await startRedis(t)
  const b = await site(t, other)
  await b.journal.append({ word: 'two' }, 0)
  const [line] = await (await inRedis(t, other)).client.lrange('stockgate:journal:policy', 0, -1)
  await shared.client
    .multi()
    .del('stockgate:journal:policy')
    .rpush('stockgate:journal:policy', line as string)
    .exec()
  await has(a, ['two'])
  t.same(seen, ['two'])
})

t.test('a gateway that began anew right after a flush does not cost the others their history', async (t) => {
  const redis = await startRedis(t)
  const shared = await inRedis(t, redis)
  const a = await site(t, redis)
  await a.journal.append({ word: 'seed a' }, 0)
  await a.journal.append({ word: 'decided' }, 1)
  await a.end()
  await shared.client.flushall()
  const fresh = await site(t, redis)
  await fresh.journal.append({ word: 'seed b' }, 0)
  const again = await site(t, redis, a.folder)
  await has(again, ['seed a', 'decided'])
  await has(fresh, ['seed a', 'decided'])
  t.same(await shared.words(), ['seed a', 'decided'])
})

t.test('a list that somebody else wrote to is told, and changes nothing here', async (t) => {
  const redis = await startRedis(t)
  const shared = await inRedis(t, redis)
  const a = await site(t, redis)
  await a.journal.append({ word: 'one' }, 0)
  await shared.client.rpush('stockgate:journal:policy', 'what is this')
  await until(() => a.complaints.some((line) => line.includes('it is no journal entry')), 'it is told', 5_000)
  t.same(words(a), ['one'])
  t.notOk(a.journal.synced())
})
