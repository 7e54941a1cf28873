// `pnpm hostile`: traffic nobody should send, against the real gateway.
import { randomInt } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { FAMILIES, type Family } from './cases/draft.ts'
import { VECTORS } from './cases/lists.ts'
import { findingsText, findPlanted } from './planted/planted.ts'
import { summaryText, violationText } from './report.ts'
import { type Plan, run } from './run.ts'
import { GATEWAY_MAIN } from './site/gateway-process.ts'
import { startSite } from './site/site.ts'

const HELP = `pnpm hostile: generated attacks against a real gateway process, with services behind it that record every byte.

  --cases N      distinct cases (default 20000); more than a fifth of them is good traffic that has to be answered
  --seed N       draws the same cases again (default: any; it is printed)
  --case N       plays this case of the seed alone and shows what was sent and seen
  --only FAMILY  ${FAMILIES.join(', ')}
  --seconds N    ends earlier, after so many seconds (default 1800)
  --lanes N      cases at the same time, each on a connection of its own (default 8)
  --most N       ends after so many violations (default 200)
  --json FILE    writes the figures and all violations there too
  --planted      instead: a copy of the gateway with one hole after another; says which traffic and which of the
                 gateway's own tests find it, --cases N attacks each (then 800 by default)
  --hole TEXT    with --planted: only holes whose name holds this (or one of a | list)
  --no-tests     with --planted: traffic alone

Each case is followed by a good request on the same connection, where it stays open, and on a fresh one. At the end
what the services saw, what clients were answered and what the log says are compared, one by one. Exit code 1 means
violations. Everything listens on 127.0.0.1 and ends with the run. STOCKGATE_VECTORS names a folder of public test
vectors; with it there are more sources (parser tests, path traversal, JSON).
`

async function hostile(): Promise<number> {
  const { values } = parseArgs({
    args: process.argv.slice(2).filter((arg) => arg !== '--'),
    options: {
      cases: { type: 'string' },
      seed: { type: 'string' },
      case: { type: 'string' },
      only: { type: 'string' },
      seconds: { type: 'string', default: '1800' },
      lanes: { type: 'string', default: '8' },
      most: { type: 'string', default: '200' },
      json: { type: 'string' },
      planted: { type: 'boolean' },
      hole: { type: 'string' },
      'no-tests': { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help) {
    process.stdout.write(HELP)
    return 0
  }
  const plan: Plan = {
    cases: whole('cases', values.cases ?? (values.planted ? '800' : '20000')),
    seed: values.seed === undefined ? randomInt(2 ** 31) : whole('seed', values.seed),
    only: values.only === undefined ? undefined : familyOf(values.only),
    single: values.case === undefined ? undefined : whole('case', values.case),
    seconds: whole('seconds', values.seconds),
    lanes: whole('lanes', values.lanes),
    most: whole('most', values.most),
  }
  const say = (text: string) => void process.stderr.write(`${text}\n`)
  say(`seed ${plan.seed}`)
  if (VECTORS === undefined)
    say('STOCKGATE_VECTORS is not set: no parser vectors, and short lists in place of others')
  if (values.planted) {
    const { seed, cases } = plan
    const withTests = values['no-tests'] !== true
    const findings = await findPlanted({ seed, cases, withTests, only: values.hole }, say)
    process.stdout.write(findingsText(findings))
    if (values.json) await writeFile(values.json, `${JSON.stringify(findings, null, 2)}\n`)
    return findings.length > 0 && findings.every(({ found }) => found) ? 0 : 1
  }
  const site = await startSite(GATEWAY_MAIN)
  const stop = () => void site.stop().then(() => process.exit(130))
  process.once('SIGINT', stop).once('SIGTERM', stop)
  try {
    const outcome = await run(site, plan, say)
    for (const violation of outcome.violations)
      process.stdout.write(`${violationText(violation, plan.seed)}\n`)
    process.stdout.write(summaryText(outcome, plan))
    if (values.json) {
      const violations = outcome.violations.map((one) => violationText(one, plan.seed))
      await writeFile(values.json, `${JSON.stringify({ plan, ...outcome, violations }, null, 2)}\n`)
    }
    return outcome.violations.length === 0 ? 0 : 1
  } finally {
    await site.stop()
  }
}

function familyOf(text: string): Family {
  const family = FAMILIES.find((one) => one === text)
  if (family === undefined) throw new Error(`--only is one of ${FAMILIES.join(', ')}, not "${text}"`)
  return family
}

function whole(name: string, text: string): number {
  if (!/^\d{1,10}$/.test(text)) throw new Error(`--${name} must be a whole number, not "${text}"`)
  return Number(text)
}

try {
  process.exitCode = await hostile()
} catch (error) {
  process.stderr.write(`pnpm hostile: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 2
}
