import { manualClock, startRedis, type TestScope } from '@stockgate/test-kit'
import t from 'tap'
import { keyRoutes } from '../../src/admin/keys.ts'
import { isKeyText } from '../../src/keys/index.ts'
import { startListener } from '../admin/http/listener.ts'
import { openTestKeys, type TestKeysOptions } from '../kit/api-keys.ts'

const SCOPES = new Set(['things:read', 'things:write'])
const BODY = { client: 'acme', scopes: ['things:read'], name: 'night job' }

async function admin(t: TestScope, options: TestKeysOptions = {}) {
  const site = await openTestKeys(t, options)
  const listener = await startListener(t, (app) => keyRoutes(app, { keys: site.keys, scopes: () => SCOPES }))
  const post = (path: string, body: unknown, rest = {}) =>
    listener.call(path, { method: 'POST', body, ...rest })
  return { ...site, ...listener, keyLog: listener.log, post }
}

t.test('a key is made, shown once, listed without its text, and logged with who made it', async (t) => {
  const clock = manualClock('2026-11-22T10:00:00Z')
  const { call, post, keys, keyLog } = await admin(t, { clock: clock.now })
  const made = await post('/keys', { ...BODY, sub: 'robot', expires_in: 'P90D' }, { claims: { sub: 'jo' } })
  t.equal(made.status, 201)
  t.equal(made.headers['cache-control'], 'no-store')
  const { key, ...record } = made.json
  t.ok(isKeyText(String(key)))
  t.same(record, {
    id: String(key).split('_')[1],
    name: 'night job',
    client: 'acme',
    sub: 'robot',
    scopes: ['things:read'],
    state: 'active',
    created_at: '2026-11-22T10:00:00.000Z',
    created_by: 'ops (jo)',
    expires_at: '2027-02-20T10:00:00.000Z',
    last_used_at: null,
    rotated_from: null,
    rotated_to: null,
    overlap_ends_at: null,
    revoked_at: null,
    revoked_by: null,
  })
  clock.advance(5_000)
  keys.judge(String(key))
  const listed = await call('/keys')
  t.same(listed.json, { items: [{ ...record, last_used_at: '2026-11-22T10:00:05.000Z' }] })
  t.match(keyLog, [{ audit: true, actor: 'ops (jo)', action: 'key.create', target: record.id }])
  t.notOk(JSON.stringify([keyLog, listed.json]).includes(String(key)))
})

t.test('a rotation gives a new key and keeps the old one for a day, or as long as told', async (t) => {
  const clock = manualClock('2026-11-22T10:00:00Z')
  const { call, post } = await admin(t, { clock: clock.now })
  for (const [body, ends] of [
    [{}, '2026-11-23T10:00:00.000Z'],
    [{ overlap: 3600 }, '2026-11-22T11:00:00.000Z'],
    [{ overlap: 'P30D' }, '2026-12-22T10:00:00.000Z'],
  ] as const) {
    const { id } = (await post('/keys', BODY)).json
    const rotated = await post(`/keys/${id}/rotation`, body)
    t.equal(rotated.status, 201)
    t.match(rotated.json, {
      key: /^sgk_/,
      rotated_from: id,
      state: 'active',
      name: 'night job',
      expires_at: null,
    })
    const { items } = (await call('/keys')).json as { items: Record<string, unknown>[] }
    const old = items.find((item) => item.id === id)
    t.match(old, { state: 'overlap', rotated_to: rotated.json.id, overlap_ends_at: ends })
  }
})

t.test('a revocation tells what it ended, and the list hides it unless asked for', async (t) => {
  const { call, post, keyLog } = await admin(t)
  const { id } = (await post('/keys', BODY)).json
  const { id: next } = (await post(`/keys/${id}/rotation`, {})).json
  await post('/keys', { ...BODY, client: 'other' })
  const answer = await call(`/keys/${next}`, { method: 'DELETE' })
  t.equal(answer.status, 200)
  t.same(answer.json, { revoked: [next, id] })
  const items = async (query: string) => ((await call(`/keys${query}`)).json.items as object[]).length
  t.same([await items(''), await items('?all=true'), await items('?all=true&client=acme')], [1, 3, 2])
  t.same([await items('?client=acme'), await items('?client=other')], [0, 1])
  t.match(keyLog.at(-1), { audit: true, action: 'key.revoke', target: `${next} ${id}` })
  t.equal((await call(`/keys/${next}`, { method: 'DELETE' })).status, 409)
})

t.test('every bad wish is refused with its place, and no key is made', async (t) => {
  const { post, keys } = await admin(t)
  const bad: [unknown, string][] = [
    [{ ...BODY, client: '' }, '#/client'],
    [{ ...BODY, client: 'a b' }, '#/client'],
    [{ ...BODY, client: 7 }, '#/client'],
    [{ ...BODY, client: undefined }, '#/client'],
    [{ ...BODY, sub: 'a\nb' }, '#/sub'],
    [{ ...BODY, name: '' }, '#/name'],
    [{ ...BODY, name: ' x' }, '#/name'],
    [{ ...BODY, name: 'a\nb' }, '#/name'],
    [{ ...BODY, name: 'x'.repeat(101) }, '#/name'],
    [{ ...BODY, scopes: 'things:read' }, '#/scopes'],
    [{ ...BODY, scopes: ['things:read', 'things:read'] }, '#/scopes'],
    [{ ...BODY, scopes: ['a b'] }, '#/scopes/0'],
    [{ ...BODY, scopes: ['things:raed'] }, '#/scopes/0'],
    [{ ...BODY, expires_in: 59 }, '#/expires_in'],
    [{ ...BODY, expires_in: 'P3651D' }, '#/expires_in'],
    [{ ...BODY, expires_in: '90d' }, '#/expires_in'],
    [{ ...BODY, expires_in: -1 }, '#/expires_in'],
    [{ ...BODY, expires_in: null }, '#/expires_in'],
    [{ ...BODY, key: 'sgk_mine' }, '#/key'],
    [[], '#'],
  ]
  for (const [body, pointer] of bad) {
    const answer = await post('/keys', body)
    t.equal(answer.status, 400, JSON.stringify(body))
    const { errors } = answer.json as { errors: { pointer: string }[] }
    t.equal(errors[0]?.pointer, pointer, JSON.stringify(answer.json))
  }
  const typo = await post('/keys', { ...BODY, scopes: ['things:raed'] })
  t.match(typo.json, { errors: [{ detail: 'no route asks for things:raed; did you mean things:read?' }] })
  t.same(keys.list(), [])
})

t.test('every bad rotation is refused', async (t) => {
  const { post, call, keys } = await admin(t)
  const { id } = (await post('/keys', BODY)).json
  for (const overlap of [-1, 1.5, '1d', 'P31D', 2_592_001, null, ''])
    t.equal((await post(`/keys/${id}/rotation`, { overlap })).status, 400, String(overlap))
  t.equal((await post(`/keys/${id}/rotation`, { expires_in: 1 })).status, 400)
  t.equal(keys.list().length, 1)
  for (const unknown of ['AAAAAAAAAAAA', '__proto__', '...', 'x'.repeat(120)]) {
    t.equal((await post(`/keys/${unknown}/rotation`, {})).status, 404, unknown)
    t.equal((await call(`/keys/${unknown}`, { method: 'DELETE' })).status, 404, unknown)
  }
})

t.test('to read needs ops:read and to change ops:write', async (t) => {
  const { call, post, keys } = await admin(t)
  const { id } = (await post('/keys', BODY)).json
  const read = { scopes: 'ops:read' }
  t.equal((await call('/keys', read)).status, 200)
  t.equal((await call('/keys', { scopes: 'things:read' })).status, 403)
  t.equal((await call('/keys', { scopes: null })).status, 401)
  t.equal((await post('/keys', BODY, read)).status, 403)
  t.equal((await post(`/keys/${id}/rotation`, {}, read)).status, 403)
  t.equal((await call(`/keys/${id}`, { method: 'DELETE', ...read })).status, 403)
  t.equal(keys.list().length, 1)
})

t.test('an API key is no way into the admin listener', async (t) => {
  const { call, post } = await admin(t)
  const { key } = (await post('/keys', BODY)).json
  t.equal((await call('/keys', { scopes: null, headers: { 'x-api-key': String(key) } })).status, 401)
})

t.test('without a pepper every change says which setting to set', async (t) => {
  const { post, call } = await admin(t, { pepper: undefined })
  const answers = [await post('/keys', BODY), await post('/keys/x/rotation', {})]
  for (const answer of [...answers, await call('/keys/x', { method: 'DELETE' })]) {
    t.equal(answer.status, 409)
    t.match(answer.json.detail, /^API keys are off: set KEY_PEPPER to at least 32 random characters/)
  }
  t.same((await call('/keys')).json, { items: [] })
})

t.test('with Redis out of reach a change is 503 and says that nothing was done', async (t) => {
  const redis = await startRedis(t)
  const { post, call, keys } = await admin(t, { redisUrl: redis.url })
  const { id, key } = (await post('/keys', BODY)).json
  await redis.stop()
  const answers = [await post('/keys', BODY), await post(`/keys/${id}/rotation`, {})]
  for (const answer of [...answers, await call(`/keys/${id}`, { method: 'DELETE' })]) {
    t.equal(answer.status, 503)
    t.equal(answer.headers['retry-after'], '2')
    t.match(answer.json.detail, /^Nothing could be changed: .+ Keys that are good stay good\.$/)
  }
  t.match((await call('/keys')).json, { items: [{ id, state: 'active' }] })
  t.match(keys.judge(String(key)), { client: { clientId: 'acme' } })
})
