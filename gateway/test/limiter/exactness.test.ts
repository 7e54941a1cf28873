import type { Charge, Group } from '@stockgate/rate-limit'
import { startRedis } from '@stockgate/test-kit'
import t from 'tap'
import { proveExactness } from '../../scripts/exactness/run.ts'

t.setTimeout(120_000)

t.test('fifty thousand decisions over two gateways are those of the reference model', async (t) => {
  t.setTimeout(120_000)
  const { url } = await startRedis(t)
  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))
  t.comment(`SEED=${seed}`)
  const report = await proveExactness({ redisUrl: url, decisions: 50_000, seed })
  t.match(report, { overAdmitted: 0, wrongRefusals: 0, otherDifferences: 0, ties: 0 })
  t.ok(report.decisions >= 50_000)
  for (const [kind, refusals] of Object.entries(report.refusedBy))
    t.ok(refusals > 1_000, `${refusals} refused by ${kind}`)
  t.ok(report.settled > 1_000 && report.released > 5_000 && report.midnights > 5)
})

/** The same request with quotas that differ by so many. */
function shifted({ groups, ...rest }: Charge, by: number): Charge {
  const [live, ...others] = groups
  const counters = live.counters.map(({ id, spec }) => ({ id, spec: { ...spec, quota: spec.quota + by } }))
  const group: Group = { ...live, counters }
  return { ...rest, groups: [group, ...others] }
}

t.test('a limiter that is wrong by one unit would be noticed, either way', async (t) => {
  const { url } = await startRedis(t)
  const run = (by: number) =>
    proveExactness({
      redisUrl: url,
      decisions: 1_800,
      seed: 1,
      sabotage: (charge) => shifted(charge, by),
    })
  const generous = await run(1)
  t.ok(generous.overAdmitted > 20, `${generous.overAdmitted} over-admitted`)
  const mean = await run(-1)
  t.ok(mean.wrongRefusals > 20, `${mean.wrongRefusals} wrong refusals`)
})
