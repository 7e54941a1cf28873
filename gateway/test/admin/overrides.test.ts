import { manualClock } from '@stockgate/test-kit'
import t, { type Test } from 'tap'
import { startOperated } from './operated.ts'

const START = '2026-11-22T08:00:00Z'
const HOUR = 3_600_000

async function setup(t: Test) {
  const clock = manualClock(START)
  const gateway = await startOperated(t, { clock: clock.now })
  const post = (target: string, body: object) => gateway.operate(target, { method: 'POST', body })
  const add = (body: object) =>
    post('/limits/overrides', {
      client: 'acme',
      until: '2026-11-22T10:00:00Z',
      reason: 'stock take',
      ...body,
    })
  return { ...gateway, clock, post, add }
}

t.test('an override holds from now until its end, which nobody has to enforce', async (t) => {
  const { add, visits, clock, operate, log } = await setup(t)
  t.equal(await visits('acme'), 3)
  const added = await add({ tier: 'partner' })
  t.equal(added.status, 201)
  t.match(added.json, { id: /^ovr_/, revision: 2, changes: [{ text: /acme/ }], live: [{ revision: 2 }] })
  clock.advance(HOUR)
  t.equal(await visits('acme'), 6)
  t.equal(await visits('other'), 3)
  clock.advance(HOUR - 1)
  t.match((await operate('/limits/overrides')).json.items, [{ id: added.json.id, state: 'active' }])
  t.equal(await visits('acme'), 6)
  clock.advance(1)
  t.same((await operate('/limits/overrides')).json.items, [])
  clock.advance(60_000)
  t.equal(await visits('acme'), 3)
  t.match((await operate('/limits/overrides?all=true')).json.items, [
    { id: added.json.id, state: 'ended', client: 'acme', tier: 'partner', from: START, reason: 'stock take' },
  ])
  t.match((await operate('/limits/revisions/2')).json, {
    kind: 'override',
    author: 'ops',
    reason: 'stock take',
  })
  t.match(
    log.find(({ action }) => action === 'override.add'),
    { target: added.json.id, revision: 2, actor: 'ops' },
  )
})

t.test('one with limits of its own that begins later is listed as waiting', async (t) => {
  const { add, operate, visits, clock } = await setup(t)
  const limits = { burst: { quota: 5, window: 60 } }
  t.equal((await add({ limits, from: '2026-11-22T10:30:00+01:00' })).status, 201)
  t.match((await operate('/limits/overrides')).json.items, [{ state: 'waiting', limits }])
  t.equal(await visits('acme'), 3)
  clock.advance(HOUR + HOUR / 2)
  t.equal(await visits('acme'), 5)
})

t.test('ending one takes effect at once, and only once', async (t) => {
  const { add, post, visits, clock, operate, log } = await setup(t)
  const { id } = (await add({ tier: 'partner' })).json
  clock.advance(60_000)
  t.equal(await visits('acme'), 6)
  const ended = await post(`/limits/overrides/${id}/end`, { reason: 'done early' })
  t.equal(ended.status, 200)
  t.match(ended.json, { revision: 3 })
  clock.advance(120_000)
  t.equal(await visits('acme'), 3)
  const again = await post(`/limits/overrides/${id}/end`, { reason: 'x' })
  t.equal(again.status, 409)
  t.equal(again.json.type, 'https://api.test/problems/illegal-transition')
  t.match((await operate('/limits/overrides?all=true')).json.items, [{ id, until: '2026-11-22T08:01:00Z' }])
  t.match(
    log.find(({ action }) => action === 'override.end'),
    { target: id, revision: 3, reason: 'done early' },
  )
})

t.test('one that has not begun is taken back', async (t) => {
  const { add, post, operate } = await setup(t)
  const { id } = (await add({ tier: 'partner', from: '2026-11-22T09:00:00Z' })).json
  t.equal((await post(`/limits/overrides/${id}/end`, { reason: 'x' })).status, 200)
  t.same((await operate('/limits/overrides?all=true')).json.items, [])
  const now = (await add({ tier: 'partner' })).json.id
  t.equal(
    (await post(`/limits/overrides/${now}/end`, { reason: 'x' })).status,
    200,
    'as one that began this moment',
  )
  t.equal((await post('/limits/overrides/ovr_none/end', { reason: 'x' })).status, 404)
})

t.test('a faulty one is told where, and changes nothing', async (t) => {
  const { add, post, revisions } = await setup(t)
  const faults: [body: object, pointer: string, code: string][] = [
    [{}, '#', 'override-empty'],
    [{ tier: 'prtner' }, '#/tier', 'known-tier'],
    [{ tier: 'partner', client: 'a b' }, '#/client', 'client-id'],
    [{ tier: 'partner', until: '2026-11-22T07:00:00Z' }, '#/until', 'override-over'],
    [{ tier: 'partner', until: 'tomorrow' }, '#/until', 'moment-form'],
    [{ tier: 'partner', from: '2026-11-22T10:00:00Z' }, '#/until', 'override-length'],
    [{ tier: 'partner', until: '2027-11-22T08:00:00Z' }, '#/until', 'override-length'],
    [{ limits: { burst: { quota: 0, window: 60 } } }, '#/limits/burst/quota', 'quota-range'],
    [{ tier: 'partner', id: 'mine' }, '#/id', 'unknown-key'],
    [{ tier: null }, '#/tier', 'wrong-type'],
    [{ tier: 'partner', reason: 'two\nlines' }, '#/reason', 'not-allowed'],
  ]
  for (const [body, pointer, code] of faults) {
    const answer = await add(body)
    t.equal(answer.status, 400, JSON.stringify(body))
    t.match(answer.json.errors, [{ pointer, code }], answer.text)
  }
  t.equal((await post('/limits/overrides', { client: 'acme' })).status, 400)
  t.equal(revisions.history().length, 1)
})

t.test('many at once are all kept, each in a revision of its own', async (t) => {
  const { operate, add } = await setup(t)
  const answers = await Promise.all(
    ['a', 'b', 'c', 'd', 'e'].map((client) => add({ client, tier: 'partner' })),
  )
  t.same(
    answers.map(({ status }) => status),
    [201, 201, 201, 201, 201],
  )
  t.same(answers.map(({ json }) => json.revision).sort(), [2, 3, 4, 5, 6])
  t.equal(((await operate('/limits/overrides')).json.items as object[]).length, 5)
})

t.test('what ended a month ago leaves the document, not the history', async (t) => {
  const { add, clock, operate } = await setup(t)
  await add({ tier: 'partner' })
  clock.advance(31 * 24 * HOUR)
  // The keys of the issuer are too old to be believed by now: the first who asks has them fetched anew.
  const late = await add({ client: 'big', tier: 'standard', until: '2026-12-24T08:00:00Z' })
  t.equal(late.status, 201, late.text)
  t.match((await operate('/limits/overrides?all=true')).json.items, [{ client: 'big' }])
  t.match((await operate('/limits/revisions/2')).json.after, { overrides: [{ client: 'acme' }] })
})
