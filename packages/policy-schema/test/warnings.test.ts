import t from 'tap'
import { validateLimits } from '../src/index.ts'
import { richLimits } from './valid.ts'

function warned(change: (document: ReturnType<typeof richLimits>) => void): string[] {
  const document = richLimits()
  change(document)
  const verdict = validateLimits(document)
  if (!verdict.ok) throw new Error(JSON.stringify(verdict.problems))
  for (const { message } of verdict.warnings) t.match(message, /[:,] .{3,}/)
  return verdict.warnings.map(({ rule, pointer }) => `${rule} ${pointer}`)
}

t.test('a document that means what it says has no warnings', async (t) => {
  t.same(
    warned(() => undefined),
    [],
  )
})

t.test('a monthly quota smaller than the daily one is a warning', async (t) => {
  const monthly = (quota: number, zone: string) =>
    warned((document) => Object.assign(document.tiers.standard.limits.monthly, { quota, timeZone: zone }))
  t.same(monthly(99_999, 'Europe/Berlin').slice(0, 1), ['limit-never-hit #/tiers/standard'])
  t.same(monthly(100_000, 'Europe/Berlin'), [])
  t.same(monthly(99_999, 'UTC'), [], 'another month')
})

t.test('a rate that another one always comes before is a warning, wherever the two meet', async (t) => {
  const burst = { quota: 4000, window: 1 }
  t.same(
    warned((document) => Object.assign(document.candidates.tighter.limits, { burst })),
    ['limit-never-hit #/candidates/tighter'],
  )
  t.same(
    warned((document) => Object.assign(document.overrides[0] as object, { limits: { burst } })),
    ['limit-never-hit #/overrides/0'],
  )
  t.same(
    warned((document) =>
      Object.assign(document.tiers.standard.schedules[0] as object, { limits: { burst } }),
    ),
    ['limit-never-hit #/tiers/standard/schedules/0'],
  )
})

t.test('of two limits that say the same one is told', async (t) => {
  t.same(
    warned((document) => Object.assign(document.tiers.tenants.limits, { again: { quota: 10, window: 1 } })),
    ['limit-never-hit #/tiers/tenants'],
  )
})

t.test('a guardrail for a client of another tier is a warning', async (t) => {
  t.same(
    warned((document) => {
      Object.assign(document.clients, { shop: 'tenants' })
      document.candidates.tighter.guardrail.protect.push('shop')
    }),
    ['protected-elsewhere #/candidates/tighter/guardrail/protect/1'],
  )
})

t.test('a rollout nobody watches, and two that meet, are warnings', async (t) => {
  const other = { tier: 'standard', limits: { burst: { quota: 70, window: 1 } }, rollout: { percent: 5 } }
  t.same(
    warned((document) => Object.assign(document.candidates, { other })),
    ['rollout-unguarded #/candidates/other', 'rollouts-overlap #/candidates/other/rollout'],
  )
})
