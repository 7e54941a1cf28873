import { manualClock } from '@stockgate/test-kit'
import t from 'tap'
import { LIMITS, startOperated, withQuota } from './operated.ts'

const put = (document: unknown, revision: string, reason = 'more room') => ({
  method: 'PUT',
  headers: { 'if-match': revision },
  body: { document, reason },
})

t.test('the limits are read as they were written, with what they mean while Redis is away', async (t) => {
  const { operate } = await startOperated(t)
  const answer = await operate('/limits', { scopes: 'ops:read' })
  t.equal(answer.status, 200)
  t.equal(answer.headers.etag, '"1"')
  const { document, worst_cases, ...rest } = answer.json
  t.same(document, LIMITS)
  t.match(rest, { revision: 1, author: 'gateway', reason: /^read from .*limits.json$/, at: /Z$/ })
  t.match(worst_cases, [
    { tier: 'standard', on_store_failure: 'share', gateways: 1, text: String },
    { tier: 'partner' },
    { tier: 'anonymous' },
  ])
})

t.test('a change is answered with what is different and where it is in force', async (t) => {
  const clock = manualClock()
  const { operate, visits, log } = await startOperated(t, { clock: clock.now })
  t.equal(await visits('acme'), 3)
  const answer = await operate('/limits?wait=5', put(withQuota(5), '"1"'))
  t.equal(answer.status, 200)
  t.equal(answer.headers.etag, '"2"')
  t.match(answer.json, {
    revision: 2,
    changes: [{ text: /standard.*3.*5/ }],
    live: [{ gateway: 'gw_here', revision: 2 }],
    waiting_for: [],
  })
  t.equal(await visits('acme'), 0, 'what was spent stays spent')
  t.equal(await visits('other'), 5)
  clock.advance(24_000)
  t.equal(await visits('acme'), 2, 'and comes back at the new pace')
  t.match(
    log.filter((line) => line.audit),
    [{ audit: true, actor: 'ops', action: 'limits.apply', revision: 2, reason: 'more room' }],
  )
})

t.test(
  'a document that says the same makes no revision; the log says who asked and names none',
  async (t) => {
    const { operate, log } = await startOperated(t)
    const answer = await operate('/limits', put(LIMITS, '"1"'))
    t.equal(answer.status, 200)
    t.match(answer.json, { revision: 1, changes: [] })
    const [line, ...more] = log.filter(({ audit }) => audit)
    t.match(line, { actor: 'ops', action: 'limits.apply', outcome: 'done', status: 200 })
    t.notOk('revision' in (line ?? {}))
    t.same(more, [])
  },
)

t.test(
  'the second of two editors is told what the first one did, and nothing of theirs is lost',
  async (t) => {
    const { operate } = await startOperated(t)
    const [first, second] = await Promise.all([
      operate('/limits', {
        ...put(withQuota(5), '"1"', 'the first'),
        claims: { client_id: 'ops', sub: 'alice' },
      }),
      operate('/limits', put(withQuota(9), '"1"', 'the second')),
    ])
    const [won, lost] = first.status === 200 ? [first, second] : [second, first]
    t.equal(won.status, 200)
    t.equal(lost.status, 412)
    t.match(lost.json, {
      type: 'https://api.test/problems/precondition-failed',
      current_revision: 2,
      changes: [/standard/],
    })
    t.same(
      lost.json.changes,
      (won.json.changes as { text: string }[]).map(({ text }) => text),
    )
    t.equal((await operate('/limits')).json.revision, 2)
  },
)

t.test('who read revision 1 and comes after three changes sees all of them in one', async (t) => {
  const { operate } = await startOperated(t)
  for (const [revision, quota] of [
    [1, 5],
    [2, 6],
    [3, 7],
  ] as const)
    t.equal((await operate('/limits', put(withQuota(quota), `"${revision}"`))).status, 200)
  const late = await operate('/limits', put(withQuota(9), '"1"'))
  t.match(late.json, { current_revision: 4, changes: [/standard.*3.*7/] })
  t.same((await operate('/limits', put(withQuota(9), '"77"'))).json.changes, [])
  t.equal((await operate('/limits', put(withQuota(9), 'W/"4"'))).status, 412, 'a weak tag matches nothing')
  t.equal((await operate('/limits', put(withQuota(9), '"3", "4"'))).json.revision, 5)
  t.equal((await operate('/limits', put(withQuota(10), '*'))).json.revision, 6)
})

t.test('a change without If-Match is 428, one with nonsense in it 400', async (t) => {
  const { operate, revisions } = await startOperated(t)
  const { headers: _none, ...blind } = put(withQuota(5), '"1"')
  t.equal((await operate('/limits', blind)).status, 428)
  t.match((await operate('/limits', put(withQuota(5), '1'))).json, {
    errors: [{ pointer: 'header:if-match' }],
  })
  t.equal(revisions.current().revision, 1)
})

t.test('a bad document changes nothing and tells each rule it breaks', async (t) => {
  const { operate, visits, revisions } = await startOperated(t)
  const document = {
    ...LIMITS,
    defaultTier: 'standrad',
    tiers: { ...LIMITS.tiers, standard: { limits: { burst: { quota: 0, window: 60 } } } },
    surprise: true,
  }
  const answer = await operate('/limits', put(document, '"1"'))
  t.equal(answer.status, 400)
  const errors = answer.json.errors as { pointer: string; detail: string; code: string }[]
  t.same(errors.map(({ pointer }) => pointer).sort(), [
    '#/document/defaultTier',
    '#/document/surprise',
    '#/document/tiers/standard/limits/burst/quota',
  ])
  for (const { detail, code } of errors) t.ok(detail.length > 10 && /^[a-z-]+$/.test(code), detail)
  t.equal(revisions.history().length, 1)
  t.equal(await visits('acme'), 3)
})

t.test('an invalid document is a good question and gets an answer', async (t) => {
  const { operate } = await startOperated(t)
  const check = await operate('/limits/check', { method: 'POST', body: { document: { tiers: [] } } })
  t.equal(check.status, 200)
  t.equal(check.json.valid, false)
  t.ok((check.json.errors as object[]).length > 1)
})

t.test('checking and comparing tell what would be and change nothing', async (t) => {
  const { operate, revisions } = await startOperated(t)
  const scopes = 'ops:read'
  const good = await operate('/limits/check', { method: 'POST', scopes, body: { document: withQuota(5) } })
  t.match(good.json, { valid: true, errors: [], warnings: [], worst_cases: [{ tier: 'standard' }, {}, {}] })
  const diff = await operate('/limits/diff', { method: 'POST', scopes, body: { document: withQuota(5) } })
  t.match(diff.json, { revision: 1, changes: [{ text: /standard.*3.*5/ }] })
  const bad = await operate('/limits/diff', { method: 'POST', scopes, body: { document: {} } })
  t.equal(bad.status, 400)
  t.match(bad.json.errors, [{ pointer: /^#\/document\// }])
  t.equal(revisions.history().length, 1)
})

t.test('checking warns of what is valid and probably not meant', async (t) => {
  const { operate } = await startOperated(t)
  const overrides = [
    {
      id: 'old',
      client: 'acme',
      tier: 'partner',
      from: '2020-01-01T00:00:00Z',
      until: '2020-01-02T00:00:00Z',
      reason: 'x',
    },
  ]
  const candidates = { tighter: { ...LIMITS.candidates.tighter, rollout: { percent: 5 } } }
  const document = { ...LIMITS, overrides, candidates }
  const answer = await operate('/limits/check', { method: 'POST', body: { document } })
  t.match(answer.json, {
    valid: true,
    warnings: [
      { pointer: '#/candidates/tighter', code: 'rollout-unguarded', detail: String },
      { pointer: '#/overrides/0/until', code: 'override-over', detail: String },
    ],
  })
})
