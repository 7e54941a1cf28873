import { parseArgs } from 'node:util'
import { startRedis } from '@stockgate/test-kit'
import { proveExactness } from './exactness/run.ts'

/**
 * Compares the decisions of two gateways and one Redis with a reference model:
 *
 *     node gateway/scripts/exactness.ts --decisions 1000000 --seed 1
 *
 * Starts a redis-server of its own. Ends with 1 when a single call was admitted too much, or more than one in
 * 100,000 was refused wrongly.
 */
const { values } = parseArgs({
  options: { decisions: { type: 'string', default: '1000000' }, seed: { type: 'string' } },
})
const seed = values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed)
const endings: (() => unknown)[] = []
const redis = await startRedis({ teardown: (end) => void endings.push(end) })
const started = performance.now()
let told = 0
try {
  const report = await proveExactness({
    redisUrl: redis.url,
    decisions: Number(values.decisions),
    seed,
    onProgress: ({ decisions, overAdmitted, wrongRefusals }) => {
      if (decisions - told < 50_000) return
      told = decisions
      process.stderr.write(`${decisions} decisions, ${overAdmitted} over, ${wrongRefusals} wrongly refused\n`)
    },
  })
  const seconds = Math.round((performance.now() - started) / 100) / 10
  process.stdout.write(`${JSON.stringify({ seed, seconds, ...report }, null, 2)}\n`)
  const exact = report.overAdmitted === 0 && report.wrongRefusals <= report.decisions / 100_000
  process.exitCode = exact ? 0 : 1
} finally {
  for (const end of endings) await end()
}
