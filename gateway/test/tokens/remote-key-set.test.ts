import { manualClock, type TestScope } from '@stockgate/test-kit'
import { pino } from 'pino'
import t from 'tap'
import { keptKeySet } from '../../src/tokens/kept-key-set.ts'
import { KeysUnreachable } from '../../src/tokens/key-set.ts'
import { RemoteKeySet } from '../../src/tokens/remote-key-set.ts'
import { folderOf } from '../kit/folder.ts'
import { createForge } from '../kit/forge.ts'
import { type KeyServer, keyServer } from '../kit/tokens.ts'

const DAY = 86_400_000

/** A key set of an issuer by a clock that only the test moves; what it would do later is kept in `planned`. */
function open(t: TestScope, server: KeyServer, clock = manualClock(), folder = folderOf(t, {})) {
  const planned: { run: () => void; ms: number }[] = []
  const gone: string[][] = []
  const lines: Record<string, unknown>[] = []
  const place = { issuer: 'https://issuer.test', url: new URL(server.url), algorithms: ['ES256'] }
  const set = new RemoteKeySet({
    ...place,
    maxStaleMs: DAY,
    kept: keptKeySet({ ...place, folder }),
    log: pino({ base: null }, { write: (line: string) => void lines.push(JSON.parse(line)) }),
    clock: clock.now,
    onKeysGone: (unchanged) => gone.push([...unchanged]),
    later: (run, ms) => {
      planned.push({ run, ms })
      return () => {}
    },
  })
  set.start()
  t.teardown(() => set.stop())
  return { set, planned, gone, log: lines, clock, folder }
}

t.test('keys are fetched again at half of what the issuer allows to caches, within bounds', async (t) => {
  const forge = createForge()
  const server = await keyServer(t, { keys: [forge.jwk] })
  const { set, planned } = open(t, server)
  const pauses: [cacheControl: string | undefined, from: number, to: number][] = [
    [undefined, 45_000, 50_000],
    ['max-age=80', 36_000, 40_000],
    ['public, max-age=80', 36_000, 40_000],
    ['max-age=86400', 45_000, 50_000],
    ['max-age=0', 27_000, 30_000],
    ['no-store', 45_000, 50_000],
  ]
  await set.refresh()
  for (const [cacheControl, from, to] of pauses) {
    server.headers = cacheControl === undefined ? {} : { 'cache-control': cacheControl }
    await set.refresh()
    const { ms } = planned.at(-1) as { ms: number }
    t.ok(ms >= from && ms <= to, `${cacheControl}: ${ms}`)
  }
})

t.test(
  'an answer that is huge, slow to end, redirected, malformed, empty or unusable changes nothing',
  async (t) => {
    const forge = createForge()
    const server = await keyServer(t, { keys: [forge.jwk] })
    const elsewhere = await keyServer(t, { keys: [createForge({ kid: 'evil' }).jwk] })
    const { set, log } = open(t, server)
    await set.refresh()
    const good = server.body
    const troubles: [trouble: Partial<KeyServer>, outcome: string][] = [
      [{ status: 302, headers: { location: elsewhere.url } }, 'redirect'],
      [{ status: 200, headers: {}, body: '' }, 'malformed'],
      [{ body: 'no json' }, 'malformed'],
      [{ body: '[]' }, 'malformed'],
      [{ body: '{"keys":{}}' }, 'malformed'],
      [{ body: '{"keys":[]}' }, 'no_keys'],
      [{ body: JSON.stringify({ keys: [{ kty: 'oct', k: 'eA', kid: 's' }] }) }, 'no_keys'],
      [{ body: JSON.stringify({ keys: [forge.jwk, createForge({ kid: forge.kid }).jwk] }) }, 'no_keys'],
      [{ body: `${good}${' '.repeat(300_000)}` }, 'too_large'],
      [{ status: 500, body: good }, 'status'],
      [{ status: 404 }, 'status'],
    ]
    for (const [trouble, outcome] of troubles) {
      Object.assign(server, trouble)
      const before = set.status().fetches[outcome as 'status']
      await set.refresh()
      t.equal(
        set.status().fetches[outcome as 'status'],
        before + 1,
        `${JSON.stringify(trouble).slice(0, 60)}`,
      )
      t.match(set.status(), { keys: 1, lastFetchGood: false })
      t.ok(await set.find(forge.kid), 'the last good key stays')
    }
    // 50 MB, counted as they come: no length announces them.
    server.answer = (_request, response) => {
      const chunk = Buffer.alloc(64 * 1024, 0x20)
      let left = 800
      const more = (): void => {
        while (left-- > 0) if (!response.write(chunk)) return void response.once('drain', more)
        response.end()
      }
      more()
    }
    await set.refresh()
    t.equal(set.status().fetches.too_large, 2)
    server.answer = (request) => void request.socket.destroy()
    await set.refresh()
    t.equal(set.status().fetches.unreachable, 1)
    t.equal(elsewhere.fetches.length, 0, 'nobody was sent elsewhere')
    t.ok(await set.find(forge.kid))
    const alarms = log.filter(({ level }) => level === 50)
    t.match(alarms, [
      { outcome: 'redirect' },
      { outcome: 'malformed' },
      { outcome: 'no_keys' },
      { outcome: 'too_large' },
    ])
    server.answer = undefined
    Object.assign(server, { status: 200, body: good })
    await set.refresh()
    t.match(log.at(-1), { msg: 'the keys of the issuer can be fetched again', issuer: 'https://issuer.test' })
    t.match(set.status(), { lastFetchGood: true })
  },
)

t.test(
  'an issuer that never ends its answer is given up, and everybody waits for one fetch only',
  async (t) => {
    const forge = createForge()
    const server = await keyServer(t, { keys: [forge.jwk] })
    const { set, clock } = open(t, server)
    await set.refresh()
    clock.advance(60_000)
    server.answer = (_request, response) => void response.write('{"keys":[')
    const asked = Array.from({ length: 1_500 }, (_, i) => set.find(`random-${i}`))
    t.same(new Set(await Promise.all(asked)), new Set([undefined]))
    t.equal(server.fetches.length, 2)
    t.equal(set.status().fetches.timeout, 1)
    t.ok(await set.find(forge.kid), 'and who has a known key never waited')
  },
)

t.test('a private or ambiguous key in a set is an alarm, told once', async (t) => {
  const [forge, other] = [createForge(), createForge()]
  const leaked = { ...other.privateKey.export({ format: 'jwk' }), kid: other.kid }
  const server = await keyServer(t, { keys: [forge.jwk, leaked] })
  const { set, log } = open(t, server)
  for (let i = 0; i < 3; i++) await set.refresh()
  t.equal(await set.find(other.kid), undefined)
  t.match(set.status(), { keys: 1, skipped: 1 })
  const alarms = log.filter(({ level }) => level === 50)
  t.equal(alarms.length, 1)
  t.match(alarms[0], { skipped: [{ kid: other.kid, flaw: 'private' }] })
  t.notOk(JSON.stringify(log).includes(String(leaked.d)))
})

t.test(
  'keys of an issuer that is away are believed up to the bound, with an alarm on the way, and not beyond',
  async (t) => {
    const forge = createForge()
    const server = await keyServer(t, { keys: [forge.jwk] })
    const { set, clock, log } = open(t, server)
    await set.refresh()
    await server.close()
    clock.advance(601_000)
    await set.refresh()
    t.match(log.at(-1), { level: 50, age_s: 601, msg: 'the keys of the issuer are stale' })
    clock.advance(DAY - 601_000 - 1)
    t.ok(await set.find(forge.kid), 'a millisecond before')
    t.equal(set.known(), true)
    clock.advance(1)
    await t.rejects(set.find(forge.kid), KeysUnreachable)
    t.equal(set.known(), false)
    await set.refresh()
    t.match(log.at(-1), { level: 50, msg: /too old to be believed/ })
  },
)

t.test('a key that the issuer withdraws, or changes under its kid, is gone with the next set', async (t) => {
  const [one, two, three] = [
    createForge({ kid: 'one' }),
    createForge({ kid: 'two' }),
    createForge({ kid: 'three' }),
  ]
  const server = await keyServer(t, { keys: [one.jwk, two.jwk] })
  const { set, gone } = open(t, server)
  await set.refresh()
  server.body = JSON.stringify({ keys: [one.jwk, two.jwk, three.jwk] })
  await set.refresh()
  t.same(gone, [], 'a key more takes nothing')
  server.body = JSON.stringify({ keys: [two.jwk, three.jwk] })
  await set.refresh()
  t.same(gone, [['two', 'three']])
  t.equal(await set.find('one'), undefined)
  server.body = JSON.stringify({ keys: [{ ...createForge({ kid: 'two' }).jwk }, three.jwk] })
  await set.refresh()
  t.same(gone[1], ['three'], 'another key under the same kid is another key')
})

t.test(
  'an unknown kid is looked for once, and again only when the set has changed or half a minute went by',
  async (t) => {
    const [forge, next] = [createForge(), createForge()]
    const server = await keyServer(t, { keys: [forge.jwk] })
    const { set, clock } = open(t, server)
    await set.refresh()
    clock.advance(40_000)
    const fetchesAfter = async (kid: string) => {
      await set.find(kid)
      return server.fetches.length
    }
    t.equal(await fetchesAfter('stale'), 2)
    for (const ms of [5_000, 10_000, 14_999]) {
      clock.advance(ms)
      t.equal(await fetchesAfter('stale'), 2, 'it is remembered')
    }
    clock.advance(1)
    t.equal(await fetchesAfter('stale'), 3)
    server.body = JSON.stringify({ keys: [forge.jwk, next.jwk] })
    clock.advance(2_000)
    t.ok(await set.find(next.kid), 'a new key is found in spite of it')
    t.equal(set.status().strangers, 6)
  },
)
