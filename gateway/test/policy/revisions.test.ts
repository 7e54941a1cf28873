import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { manualClock } from '@stockgate/test-kit'
import t from 'tap'
import { RevisionConflict, UnknownRevision } from '../../src/policy/index.ts'
import { LIMITS, manifest } from './folder.ts'
import { burstOf, problemsOf, site, withBurst } from './site.ts'

const ADA = { author: 'ada', reason: 'because' }
type Document = typeof LIMITS

t.test('limits.json becomes the first revision of a gateway without a history', async (t) => {
  const clock = manualClock('2026-11-22T08:00:00Z')
  const { revisions, policy, folder } = await site(t, { clock: clock.now })
  t.match(revisions.current(), {
    revision: 1,
    kind: 'initial',
    author: 'gateway',
    at: '2026-11-22T08:00:00.000Z',
    reason: `read from ${join(folder, 'limits.json')}`,
    before: null,
    after: LIMITS,
  })
  t.equal(policy.current().number, 1)
  t.equal(revisions.inForce(), 1)
  t.ok(revisions.synced())
})

t.test('a change is in force when it is made, and keeps who, when, why, before and after', async (t) => {
  const clock = manualClock('2026-11-22T08:00:00Z')
  const place = await site(t, { clock: clock.now })
  const { revisions, policy } = place
  const begun = policy.current()
  const told: number[] = []
  const stop = revisions.subscribe(({ revision }) => told.push(revision))
  clock.advance(60_000)
  const made = await revisions.apply({ document: withBurst(50), ...ADA, expected: 1 })
  t.match(made, { revision: 2, kind: 'apply', ...ADA, at: '2026-11-22T08:01:00.000Z' })
  t.same([made.before, made.after], [LIMITS, withBurst(50)])
  t.equal(burstOf(place), 50)
  t.equal(policy.current().number, 2)
  t.not(policy.current().revision, begun.revision)
  t.equal(begun.tierOf('demo').limits[0]?.quota, 100, 'who began before goes on with what held then')
  t.same(policy.current().manifests, begun.manifests)
  stop()
  await revisions.apply({ document: withBurst(60), ...ADA, expected: 2 })
  t.same(told, [2])
  t.same(
    revisions.history().map(({ revision }) => revision),
    [1, 2, 3],
  )
})

t.test('a document that breaks a rule changes nothing and says why, rule by rule', async (t) => {
  const place = await site(t)
  const { revisions } = place
  const broken = { ...withBurst(50), defaultTier: 'gold', clients: { acme: 'partnr' } }
  t.match(await problemsOf(revisions.apply({ document: broken, ...ADA, expected: 1 })), [
    '#/clients/acme: there is no tier "partnr": did you mean "partner"?',
    /^#\/defaultTier: there is no tier "gold"/,
  ])
  for (const document of [null, undefined, 7, [], 'text', {}, { ...LIMITS, tiers: { standard: 1 } }])
    await t.rejects(revisions.apply({ document, ...ADA, expected: 1 }), { name: 'PolicyError' })
  t.equal(revisions.history().length, 1)
  t.equal(burstOf(place), 100)
})

t.test(
  'a quota below the cost of a route in force is refused, for that route could never be called',
  async (t) => {
    const { revisions } = await site(t)
    const document = withBurst(4)
    t.match(await problemsOf(revisions.apply({ document, ...ADA, expected: 1 })), [
      /orders.*\/orders costs 5/,
    ])
    t.match(revisions.check(document), { ok: false, problems: [{ rule: 'cost-fits' }] })
    t.match(revisions.check(withBurst(5)), { ok: true })
    t.equal(revisions.current().revision, 1)
  },
)

t.test('who did not see the newest revision is told what was changed since', async (t) => {
  const place = await site(t)
  const { revisions } = place
  await revisions.apply({ document: withBurst(50), ...ADA, expected: 1 })
  const late = revisions.apply({ document: withBurst(70), author: 'bob', reason: 'x', expected: 1 })
  const conflict = await late.catch((error) => error)
  t.type(conflict, RevisionConflict)
  t.equal(conflict.current, 2)
  t.equal(conflict.changes.length, 1)
  t.match(conflict.changes[0].text, /standard.*100.*50/)
  const ahead = await revisions
    .apply({ document: withBurst(70), ...ADA, expected: 3 })
    .catch((error) => error)
  t.same([ahead.name, ahead.current, ahead.changes], ['RevisionConflict', 2, []])
  t.equal(burstOf(place), 50)
})

t.test('of two who change the same revision at once, one succeeds', async (t) => {
  const { revisions } = await site(t)
  const both = await Promise.allSettled([
    revisions.apply({ document: withBurst(50), ...ADA, expected: 1 }),
    revisions.apply({ document: withBurst(60), ...ADA, expected: 1 }),
  ])
  t.match(both, [
    { status: 'fulfilled' },
    { status: 'rejected', reason: { name: 'RevisionConflict', current: 2 } },
  ])
  t.equal(revisions.history().length, 2)
})

t.test('a document that says what already holds makes no revision', async (t) => {
  const { revisions } = await site(t)
  const reordered = Object.fromEntries(Object.entries(LIMITS).reverse())
  for (const document of [LIMITS, reordered, { ...LIMITS, overrides: [], candidates: {} }])
    t.equal((await revisions.apply({ document, ...ADA, expected: 1 })).revision, 1)
  t.equal((await revisions.edit((document) => document, { kind: 'rollout', ...ADA })).revision, 1)
  t.equal((await revisions.rollback({ to: 1, ...ADA, expected: 1 })).revision, 1)
  t.equal(revisions.history().length, 1)
})

t.test('a rollback puts an earlier document in force as a new revision', async (t) => {
  const place = await site(t)
  const { revisions } = place
  await revisions.apply({ document: withBurst(50), ...ADA, expected: 1 })
  await revisions.apply({ document: withBurst(60), ...ADA, expected: 2 })
  const back = await revisions.rollback({ to: 1, ...ADA, expected: 3 })
  t.match(back, { revision: 4, kind: 'rollback', before: withBurst(60), after: LIMITS })
  t.equal(burstOf(place), 100)
  t.same(
    revisions.history().map(({ after }) => (after as Document).tiers.standard.limits.burst.quota),
    [100, 50, 60, 100],
  )
  await t.rejects(revisions.rollback({ to: 9, ...ADA, expected: 4 }), UnknownRevision)
  await t.rejects(revisions.rollback({ to: 0, ...ADA, expected: 4 }), UnknownRevision)
  await t.rejects(revisions.rollback({ to: 1, ...ADA, expected: 2 }), RevisionConflict)
})

t.test('a small edit is made again on what holds by then when somebody else was first', async (t) => {
  const { revisions } = await site(t)
  let others: Promise<unknown> | undefined
  const made = await revisions.edit(
    (document: Document) => {
      others ??= revisions.apply({ document: withBurst(50), ...ADA, expected: 1 })
      return { ...document, clients: { ...document.clients, demo: 'partner' } }
    },
    { kind: 'override', author: 'bob', reason: 'stock take' },
  )
  await others
  t.match(made, { revision: 3, kind: 'override', author: 'bob' })
  t.same(made.after, { ...withBurst(50), clients: { acme: 'partner', demo: 'partner' } })
  await t.rejects(
    revisions.edit(
      () => {
        throw new RangeError('no such candidate')
      },
      { kind: 'rollout', ...ADA },
    ),
    RangeError,
  )
  await t.rejects(
    revisions.edit(() => ({}), { kind: 'rollout', ...ADA }),
    { name: 'PolicyError' },
  )
  t.equal(revisions.history().length, 3)
})

t.test(
  'after a restart the history decides, and an edited limits.json is told to be without effect',
  async (t) => {
    const first = await site(t)
    await first.revisions.apply({ document: withBurst(50), ...ADA, expected: 1 })
    await first.end()
    writeFileSync(join(first.folder, 'limits.json'), JSON.stringify(withBurst(70)))
    const again = await site(t, { folder: first.folder })
    t.equal(burstOf(again), 50)
    t.equal(again.policy.current().number, 2)
    t.match(again.log, [{ msg: /^limits.json is not what is in force/, revision: 2 }, { revision: 2 }])
    await again.end()
    writeFileSync(join(first.folder, 'limits.json'), 'no json')
    t.equal(burstOf(await site(t, { folder: first.folder })), 50, 'not even a broken one')
  },
)

t.test('a revision that cannot be used here leaves the one before in force, and is counted', async (t) => {
  const place = await site(t)
  const { revisions, journal } = place
  const entry = {
    kind: 'apply',
    author: 'later version',
    at: '2026-11-22T08:00:00.000Z',
    reason: 'new',
  } as const
  await journal.append({ ...entry, document: { ...LIMITS, novelty: 1 } }, 1)
  await journal.append({ ...entry, document: withBurst(1) }, 2)
  t.equal(burstOf(place), 100)
  t.equal(revisions.inForce(), 1)
  t.equal(revisions.current().revision, 3)
  t.equal(revisions.refused(), 2)
  t.match(
    place.log.filter(({ level }) => level === 50),
    [
      { revision: 2, problems: [{ rule: 'unknown-key' }] },
      { revision: 3, problems: [{ rule: 'cost-fits' }] },
    ],
  )
  t.same(await revisions.waitForRevision(3, 0), { live: [], waitingFor: ['gw_alone'] })
  await revisions.apply({ document: withBurst(60), ...ADA, expected: 3 })
  t.equal(burstOf(place), 60)
  t.same(await revisions.waitForRevision(4, 0), {
    live: [{ gateway: 'gw_alone', revision: 4 }],
    waitingFor: [],
  })
})

t.test('a gateway starts with the newest revision that it can use', async (t) => {
  const first = await site(t)
  await first.revisions.apply({ document: withBurst(50), ...ADA, expected: 1 })
  const entry = {
    kind: 'apply',
    author: 'later version',
    at: '2026-11-22T08:00:00.000Z',
    reason: 'new',
  } as const
  await first.journal.append({ ...entry, document: { ...LIMITS, novelty: 1 } }, 2)
  await first.end()
  const again = await site(t, { folder: first.folder })
  t.equal(burstOf(again), 50)
  t.equal(again.revisions.inForce(), 2)
})

t.test('without a manifest that can be served nothing is begun', async (t) => {
  const dear = manifest('dear', ['/dear'], { cost: 500 })
  t.match(await problemsOf(site(t, { manifests: [dear] })), [/cost/])
})
