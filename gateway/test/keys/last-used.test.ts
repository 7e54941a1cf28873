import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { manualClock } from '@stockgate/test-kit'
import t from 'tap'
import { createLastUsed, type UseExchange } from '../../src/keys/last-used.ts'
import { openTestKeys, WISH } from '../kit/api-keys.ts'
import { folderOf } from '../kit/folder.ts'

const warn = (reason: unknown) => {
  throw reason
}

t.test('the last use of a key is the last good one, and outlives a restart', async (t) => {
  const clock = manualClock()
  const site = await openTestKeys(t, { clock: clock.now })
  const { text, record } = await site.keys.create({ ...WISH, expiresIn: 600 }, 'ops')
  t.equal(site.keys.get(record.id)?.lastUsed, null)
  clock.advance(1_000)
  site.keys.judge(text)
  const used = clock.now()
  t.equal(site.keys.get(record.id)?.lastUsed, used)
  clock.advance(600_000)
  site.keys.judge(text)
  t.equal(site.keys.get(record.id)?.lastUsed, used, 'a refused call is no use')
  await site.close()
  const again = await openTestKeys(t, { folder: site.folder, clock: clock.now })
  t.equal(again.keys.get(record.id)?.lastUsed, used)
})

t.test('a use is no entry of the journal', async (t) => {
  const { keys, journal } = await openTestKeys(t)
  const { text } = await keys.create(WISH, 'ops')
  for (let i = 0; i < 100; i++) keys.judge(text)
  t.equal(journal.entries().length, 1)
})

t.test('gateways hear of each other’s uses and keep the latest', async (t) => {
  const boards = new Map<string, Readonly<Record<string, number>>>()
  const exchangeOf = (name: string): UseExchange => ({
    publish: (times) => boards.set(name, times),
    others: async () => [...boards].filter(([other]) => other !== name).map(([, times]) => times),
  })
  const one = createLastUsed({ exchange: exchangeOf('one'), warn })
  const two = createLastUsed({ exchange: exchangeOf('two'), warn })
  one.note('a', 5)
  one.note('b', 1)
  two.note('b', 9)
  await one.sync()
  await two.sync()
  await one.sync()
  t.same([one.of('a'), one.of('b'), two.of('a'), two.of('b')], [5, 9, 5, 9])
  await Promise.all([one.close(), two.close()])
})

t.test('what others publish is read with care', async (t) => {
  const others = async () => [null, 7, 'x', { a: 'soon', b: null, c: 3 }] as never
  const uses = createLastUsed({ exchange: { publish: () => {}, others }, warn })
  await uses.sync()
  t.same([uses.of('a'), uses.of('b'), uses.of('c')], [null, null, 3])
  await uses.close()
})

t.test('of very many keys only the newest uses are told to others', async (t) => {
  let told: Readonly<Record<string, number>> = {}
  const exchange = {
    publish: (times: Readonly<Record<string, number>>) => (told = times),
    others: async () => [],
  }
  const uses = createLastUsed({ exchange, warn })
  for (let i = 0; i < 30_000; i++) uses.note(`key-${i}`, i)
  await uses.sync()
  t.equal(Object.keys(told).length, 200)
  t.equal(uses.of('key-19999'), 19_999)
  t.equal(uses.of('key-20000'), null, 'and the memory of them has an end')
  await uses.close()
})

t.test('nothing is written while nothing was used', async (t) => {
  const path = join(folderOf(t, {}), 'deep', 'key-use.json')
  const uses = createLastUsed({ path, warn })
  await uses.open()
  await uses.sync()
  t.notOk(existsSync(path))
  uses.note('a', 1)
  await uses.sync()
  t.same(JSON.parse(readFileSync(path, 'utf8')), { a: 1 })
  await uses.close()
})

t.test('a file that cannot be read is told and begun anew', async (t) => {
  const path = join(folderOf(t, {}), 'key-use.json')
  writeFileSync(path, '{"a":')
  const said: unknown[] = []
  const uses = createLastUsed({ path, warn: (reason) => said.push(reason) })
  await uses.open()
  t.equal(said.length, 1)
  uses.note('a', 1)
  await uses.close()
  t.same(JSON.parse(readFileSync(path, 'utf8')), { a: 1 })
})
