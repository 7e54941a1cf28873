import { manualClock } from '@stockgate/test-kit'
import t from 'tap'
import { folderOf } from '../kit/folder.ts'
import { LIMITS, startOperated, withQuota } from './operated.ts'

t.test('a rollback brings back what clients meet, as a new revision', async (t) => {
  const clock = manualClock()
  const { operate, visits, log } = await startOperated(t, { clock: clock.now })
  t.equal(await visits('acme'), 3)
  const raise = {
    method: 'PUT',
    headers: { 'if-match': '"1"' },
    body: { document: withQuota(8), reason: 'sale' },
  }
  t.equal((await operate('/limits', raise)).status, 200)
  clock.advance(60_000)
  t.equal(await visits('acme'), 8)
  const back = await operate('/limits/rollback?wait=1', {
    method: 'POST',
    headers: { 'if-match': '"2"' },
    body: { revision: 1, reason: 'sale is over' },
  })
  t.equal(back.status, 200)
  t.match(back.json, { revision: 3, changes: [{ text: /8.*3/ }], live: [{ revision: 3 }], waiting_for: [] })
  clock.advance(120_000)
  t.equal(await visits('acme'), 3)
  t.same((await operate('/limits')).json.document, LIMITS)
  t.match(
    log.find(({ action }) => action === 'limits.rollback'),
    {
      audit: true,
      actor: 'ops',
      revision: 3,
      reason: 'sale is over',
    },
  )
})

t.test('a rollback needs the newest tag and a revision there is', async (t) => {
  const { operate, revisions } = await startOperated(t)
  const roll = (revision: unknown, headers = { 'if-match': '"1"' }) =>
    operate('/limits/rollback', { method: 'POST', headers, body: { revision, reason: 'x' } })
  for (const wrong of [0, -1, 1.5, '1', null]) t.equal((await roll(wrong)).status, 400, String(wrong))
  const unknown = await roll(9)
  t.equal(unknown.status, 400)
  t.match(unknown.json.errors, [{ pointer: '#/revision', code: 'unknown-revision' }])
  t.equal((await roll(1, { 'if-match': '"9"' })).status, 412)
  t.equal((await roll(1, {} as never)).status, 428)
  t.equal(revisions.history().length, 1)
})

t.test('the history tells the newest first, page by page, who did what and why', async (t) => {
  const { operate } = await startOperated(t)
  for (const quota of [4, 5, 6])
    await operate('/limits', {
      method: 'PUT',
      claims: { sub: 'alice' },
      headers: { 'if-match': '*' },
      body: { document: withQuota(quota), reason: `to ${quota}` },
    })
  const scopes = 'ops:read'
  const first = await operate('/limits/revisions?limit=3', { scopes })
  t.match(first.json, {
    items: [
      { revision: 4, kind: 'apply', author: 'ops (alice)', at: /Z$/, reason: 'to 6', changes: [/5.*6/] },
      { revision: 3, changes: [/4.*5/] },
      { revision: 2, changes: [/3.*4/] },
    ],
    next: 2,
  })
  const last = await operate('/limits/revisions?limit=3&before=2', { scopes })
  t.match(last.json, {
    items: [{ revision: 1, kind: 'initial', author: 'gateway', changes: [] }],
    next: null,
  })
  t.equal((await operate('/limits/revisions', { scopes })).json.next, null)
  for (const query of ['limit=0', 'limit=101', 'before=0', 'before=x', 'page=2'])
    t.equal((await operate(`/limits/revisions?${query}`, { scopes })).status, 400, query)
})

t.test('a single revision shows the documents before and after it', async (t) => {
  const { operate } = await startOperated(t)
  await operate('/limits', {
    method: 'PUT',
    headers: { 'if-match': '"1"' },
    body: { document: withQuota(4), reason: 'x' },
  })
  const { before, after } = (await operate('/limits/revisions/2')).json
  t.same([before, after], [LIMITS, withQuota(4)])
  t.equal((await operate('/limits/revisions/1')).json.before, null)
  t.equal((await operate('/limits/revisions/3')).status, 404)
  t.equal((await operate('/limits/revisions/0')).status, 400)
  t.equal((await operate('/limits/revisions/two')).status, 400)
})

t.test('of a change for many clients the list tells the first, the revision itself all', async (t) => {
  const { operate } = await startOperated(t)
  const clients = Object.fromEntries(Array.from({ length: 130 }, (_, i) => [`c${i}`, 'partner']))
  const move = { document: { ...LIMITS, clients: { ...LIMITS.clients, ...clients } }, reason: 'all at once' }
  await operate('/limits', { method: 'PUT', headers: { 'if-match': '"1"' }, body: move })
  const [listed] = (await operate('/limits/revisions')).json.items as { changes: string[] }[]
  t.same([listed?.changes.length, listed?.changes.at(-1)], [21, 'and 110 more'])
  t.equal(((await operate('/limits/revisions/2')).json.changes as string[]).length, 130)
  const late = await operate('/limits', { method: 'PUT', headers: { 'if-match': '"1"' }, body: move })
  t.equal((late.json.changes as string[]).at(-1), 'and 30 more')
})

t.test('the history outlives the process', async (t) => {
  const folder = folderOf(t, {})
  await t.test('before', async (t) => {
    const { operate } = await startOperated(t, { folder })
    await operate('/limits', {
      method: 'PUT',
      headers: { 'if-match': '"1"' },
      body: { document: withQuota(4), reason: 'kept' },
    })
  })
  const { operate, visits } = await startOperated(t, { folder })
  t.match((await operate('/limits')).json, { revision: 2, author: 'ops', reason: 'kept' })
  t.equal(await visits('acme'), 4)
})
