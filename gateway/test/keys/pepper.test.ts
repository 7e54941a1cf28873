import t from 'tap'
import { openTestKeys, WISH } from '../kit/api-keys.ts'

t.test('without a pepper no key can be made and none is good, and both say what to set', async (t) => {
  const site = await openTestKeys(t)
  const { text, record } = await site.keys.create(WISH, 'ops')
  await site.close()
  const { keys, log } = await openTestKeys(t, { folder: site.folder, pepper: undefined })
  t.equal(keys.on, false)
  t.match(keys.judge(text), { client: null, id: null, flaw: 'API_KEYS_OFF' })
  const changes: (() => Promise<unknown>)[] = [
    () => keys.create(WISH, 'ops'),
    () => keys.rotate(record.id, { overlap: 0 }, 'ops'),
    () => keys.revoke(record.id, 'ops'),
  ]
  for (const change of changes)
    await t.rejects(change(), { kind: 'off', message: /set KEY_PEPPER to at least 32 random characters/ })
  t.match(log, [{ level: 40, keys: 1, msg: 'KEY_PEPPER is not set: all API keys are refused' }])
  t.equal(keys.list().length, 1, 'they are still listed')
})

t.test('under another pepper old keys are unknown, new ones are good, and the log says why', async (t) => {
  const site = await openTestKeys(t)
  const { text } = await site.keys.create(WISH, 'ops')
  await site.close()
  const other = await openTestKeys(t, {
    folder: site.folder,
    pepper: 'another pepper of forty characters or so',
  })
  t.match(other.keys.judge(text), { client: null, flaw: 'API_KEY_UNKNOWN' })
  t.match(other.log, [{ level: 40, keys: 1, msg: /^KEY_PEPPER is not the one/ }])
  t.match(other.keys.judge((await other.keys.create(WISH, 'ops')).text), { client: { clientId: 'acme' } })
})

t.test('under the same pepper keys outlive a restart and nothing is said', async (t) => {
  const site = await openTestKeys(t)
  const { text, record } = await site.keys.create(WISH, 'ops')
  const next = await site.keys.rotate(record.id, { overlap: 600 }, 'ops')
  await site.close()
  const { keys, log } = await openTestKeys(t, { folder: site.folder })
  t.match(keys.judge(text), { client: { clientId: 'acme' }, id: record.id })
  t.match(keys.judge(next.text), { client: { clientId: 'acme' }, id: next.record.id })
  t.same(log, [])
})
