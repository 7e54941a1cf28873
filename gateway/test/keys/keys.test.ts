import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { errorWith, manualClock } from '@stockgate/test-kit'
import t from 'tap'
import type { ApiKeys } from '../../src/keys/index.ts'
import { openTestKeys, PEPPER, WISH } from '../kit/api-keys.ts'

const DAY = 86_400
const outcome = (keys: ApiKeys, text: string) => {
  const verdict = keys.judge(text)
  return verdict.client === null ? verdict.flaw : verdict.client.clientId
}

t.test('a key is good for what it was made for', async (t) => {
  const { keys } = await openTestKeys(t)
  const { record, text } = await keys.create({ ...WISH, sub: 'user-7', scopes: ['a:read', 'b:write'] }, 'ops')
  const { client, id } = keys.judge(text)
  t.equal(id, record.id)
  t.match(client, { clientId: 'acme', sub: 'user-7', claims: {}, expires: Number.POSITIVE_INFINITY })
  t.same([...(client?.scopes ?? [])], ['a:read', 'b:write'])
  t.match(record, { name: 'test', createdBy: 'ops', rotatedFrom: null, expires: null })
})

t.test('nothing that is kept or told holds a key', async (t) => {
  const { keys, folder, log } = await openTestKeys(t)
  const { record, text } = await keys.create(WISH, 'ops')
  const next = await keys.rotate(record.id, { overlap: 60 }, 'ops')
  await keys.revoke(record.id, 'ops')
  const kept = readFileSync(join(folder, 'keys.jsonl'), 'utf8') + JSON.stringify([log, keys.list(), record])
  for (const key of [text, next.text]) {
    t.notOk(kept.includes(key))
    t.notOk(kept.includes(key.split('_')[2] as string))
  }
  t.notOk(kept.includes(PEPPER))
  t.notMatch(JSON.stringify(keys.list()), /seal|pepper/)
})

t.test('a key ends by the clock', async (t) => {
  const clock = manualClock()
  const { keys } = await openTestKeys(t, { clock: clock.now })
  const { text } = await keys.create({ ...WISH, expiresIn: 60 }, 'ops')
  clock.advance(59_999)
  t.equal(outcome(keys, text), 'acme')
  clock.advance(1)
  t.equal(outcome(keys, text), 'API_KEY_EXPIRED')
})

t.test('after a rotation both keys are good until the overlap ends, then the new one alone', async (t) => {
  const clock = manualClock()
  const { keys } = await openTestKeys(t, { clock: clock.now })
  const old = await keys.create(WISH, 'ops')
  const next = await keys.rotate(old.record.id, { overlap: DAY }, 'someone')
  t.match(next.record, { ...WISH_RECORD, rotatedFrom: old.record.id, createdBy: 'someone' })
  t.match(keys.get(old.record.id), { state: 'overlap', rotatedTo: next.record.id })
  clock.advance(DAY * 1000 - 1)
  t.same([outcome(keys, old.text), outcome(keys, next.text)], ['acme', 'acme'])
  clock.advance(1)
  t.same([outcome(keys, old.text), outcome(keys, next.text)], ['API_KEY_ENDED', 'acme'])
  t.equal(keys.get(old.record.id)?.state, 'ended')
})
const WISH_RECORD = { name: 'test', client: 'acme', sub: 'acme', scopes: ['things:read'] }

t.test('a rotation without overlap ends the old key at once', async (t) => {
  const { keys } = await openTestKeys(t)
  const old = await keys.create(WISH, 'ops')
  await keys.rotate(old.record.id, { overlap: 0 }, 'ops')
  t.equal(outcome(keys, old.text), 'API_KEY_ENDED')
})

t.test('the new key lives as long as the old one was given, unless told otherwise', async (t) => {
  const clock = manualClock()
  const { keys } = await openTestKeys(t, { clock: clock.now })
  const old = await keys.create({ ...WISH, expiresIn: 90 * DAY }, 'ops')
  clock.advance(80 * DAY * 1000)
  const next = await keys.rotate(old.record.id, { overlap: 20 * DAY }, 'ops')
  t.equal(next.record.expires, clock.now() + 90 * DAY * 1000)
  clock.advance(10 * DAY * 1000)
  t.equal(outcome(keys, old.text), 'API_KEY_EXPIRED', 'an overlap does not lengthen a life')
  const short = await keys.rotate(next.record.id, { overlap: 0, expiresIn: 60 }, 'ops')
  t.equal(short.record.expires, clock.now() + 60_000)
})

t.test('to revoke the key in use ends what it took over from as well', async (t) => {
  const { keys } = await openTestKeys(t)
  const first = await keys.create(WISH, 'ops')
  const second = await keys.rotate(first.record.id, { overlap: DAY }, 'ops')
  const third = await keys.rotate(second.record.id, { overlap: DAY }, 'ops')
  const ended = await keys.revoke(third.record.id, 'someone')
  t.same(
    ended,
    [third, second, first].map(({ record }) => record.id),
  )
  for (const { record, text } of [first, second, third]) {
    t.equal(outcome(keys, text), 'API_KEY_REVOKED')
    t.match(keys.get(record.id), { state: 'revoked', revokedBy: 'someone' })
  }
})

t.test('to revoke a key that was rotated leaves the one that took over', async (t) => {
  const { keys } = await openTestKeys(t)
  const old = await keys.create(WISH, 'ops')
  const next = await keys.rotate(old.record.id, { overlap: DAY }, 'ops')
  t.same(await keys.revoke(old.record.id, 'ops'), [old.record.id])
  t.same([outcome(keys, old.text), outcome(keys, next.text)], ['API_KEY_REVOKED', 'acme'])
})

t.test('what the state of a key does not allow says why and changes nothing', async (t) => {
  const clock = manualClock()
  const { keys, journal } = await openTestKeys(t, { clock: clock.now })
  const old = await keys.create({ ...WISH, expiresIn: 60 }, 'ops')
  const next = await keys.rotate(old.record.id, { overlap: 30 }, 'ops')
  const [id, took] = [old.record.id, next.record.id]
  const before = journal.entries().length
  const again = {
    kind: 'state',
    message: `The key ${id} was rotated before; rotate ${took}, which took over.`,
  }
  await t.rejects(keys.rotate(id, { overlap: 0 }, 'ops'), again)
  await t.rejects(keys.rotate('nobody', { overlap: 0 }, 'ops'), errorWith({ kind: 'unknown' }))
  await t.rejects(keys.revoke('__proto__', 'ops'), errorWith({ kind: 'unknown' }))
  clock.advance(60_000)
  await t.rejects(keys.rotate(took, { overlap: 0 }, 'ops'), { kind: 'state', message: /is expired/ })
  t.equal(journal.entries().length, before)
  await keys.revoke(took, 'ops')
  await t.rejects(keys.revoke(took, 'ops'), { kind: 'state', message: /revoked already/ })
  await t.rejects(keys.rotate(took, { overlap: 0 }, 'ops'), errorWith({ kind: 'state' }))
})

t.test('of two rotations of one key at the same moment one is refused', async (t) => {
  const { keys } = await openTestKeys(t)
  const { record } = await keys.create(WISH, 'ops')
  const both = await Promise.allSettled([1, 2].map(() => keys.rotate(record.id, { overlap: DAY }, 'ops')))
  t.same(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  t.equal(keys.list().length, 2)
})

t.test('keys made at the same moment are all made', async (t) => {
  const { keys } = await openTestKeys(t)
  const made = await Promise.all(Array.from({ length: 10 }, () => keys.create(WISH, 'ops')))
  t.same(
    made.map(({ text }) => outcome(keys, text)),
    made.map(() => 'acme'),
  )
})
