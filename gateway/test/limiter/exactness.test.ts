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
