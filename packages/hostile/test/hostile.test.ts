import t from 'tap'
import { FAMILIES } from '../src/cases/draft.ts'
import { summaryText, violationText } from '../src/report.ts'
import { type Plan, run } from '../src/run.ts'
import { GATEWAY_MAIN } from '../src/site/gateway-process.ts'
import { startSite } from '../src/site/site.ts'

/** Another one each day, so that the suite meets other cases with time; a failure names it. */
const SEED = Math.floor(Date.now() / 86_400_000)

t.test('a gateway process lets nothing wrong through and refuses nothing good', async (t) => {
  const site = await startSite(GATEWAY_MAIN)
  t.teardown(() => site.stop())
  const plan: Plan = { cases: 1_500, seed: SEED, seconds: 120, lanes: 4, most: 20 }
  const outcome = await run(site, plan, () => {})
  t.comment(summaryText(outcome, plan))
  t.same(
    outcome.violations.map((violation) => violationText(violation, SEED)),
    [],
    `seed ${SEED}`,
  )
  t.equal(outcome.played, plan.cases, 'every case was played')
  t.ok(outcome.good >= outcome.played / 5, 'a fifth of the traffic was good')
  for (const family of FAMILIES) t.ok((outcome.byFamily[family] ?? 0) > 100, `${family} were among it`)
})
