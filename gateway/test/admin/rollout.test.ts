import { manualClock } from '@stockgate/test-kit'
import t from 'tap'
import { startOperated } from './operated.ts'

t.test('a candidate rolled out to everybody is what clients meet, and 0 takes it back', async (t) => {
  const clock = manualClock()
  const { operate, visits, log } = await startOperated(t, { clock: clock.now })
  const roll = (percent: unknown, name = 'tighter', scopes = 'ops:write') =>
    operate(`/limits/candidates/${name}/rollout`, {
      method: 'POST',
      scopes,
      body: { percent, reason: 'try it' },
    })
  const all = await roll(100)
  t.equal(all.status, 200)
  t.match(all.json, { revision: 2, changes: [{ text: /tighter.*100/ }], live: [{ revision: 2 }] })
  t.equal(await visits('acme'), 1)
  t.equal(await visits('big'), 6, 'another tier')
  t.match((await operate('/limits/revisions/2')).json, { kind: 'rollout', reason: 'try it' })
  clock.advance(60_000)
  t.equal((await roll(0)).json.revision, 3)
  t.equal(await visits('acme'), 3)
  const { before, after } = (await operate('/limits/revisions/3')).json
  t.match(before, { candidates: { tighter: { rollout: { percent: 100 } } } })
  t.notOk('rollout' in (after as { candidates: { tighter: object } }).candidates.tighter)
  t.match(
    log.find(({ action }) => action === 'candidate.rollout'),
    { target: 'tighter', revision: 2, actor: 'ops' },
  )
  t.equal((await roll(0)).json.revision, 3, 'the same again is no change')
})

t.test('who is no candidate, and what is no percentage, is refused', async (t) => {
  const { operate, revisions } = await startOperated(t)
  const roll = (percent: unknown, name = 'tighter') =>
    operate(`/limits/candidates/${name}/rollout`, { method: 'POST', body: { percent, reason: 'x' } })
  for (const name of ['loose', 'constructor', '__proto__', '...'])
    t.equal((await roll(5, name)).status, 404, name)
  for (const percent of [-1, 101, 1.5, '5', null]) {
    const answer = await roll(percent)
    t.equal(answer.status, 400, String(percent))
    t.match(answer.json.errors, [{ pointer: '#/percent' }])
  }
  t.equal(revisions.history().length, 1)
})
