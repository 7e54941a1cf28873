// `pnpm bench`: what things cost, side by side in one run on this machine.
import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { startRedis } from '@stockgate/test-kit'
import { measure } from './measure.ts'
import { machine, rowsOf, tableOf } from './report.ts'
import { decisionCost } from './suites/decision-cost.ts'

const HELP = `pnpm bench: the cost of a rate-limit decision, in memory and with Redis, beside @fastify/rate-limit.

  --rounds N     rounds; every round measures all variants in turn (default 5)
  --seconds N    seconds of load for each variant in a round (default 4)
  --rate N       requests per second, sent whether or not the earlier ones are answered (default 1500)
  --only TEXT    only variants whose name holds this text (or one of a | list), and what they are compared with
  --json FILE    writes every sample and the table there too

CPU time is that of the server process alone. Numbers of different runs or machines cannot be compared; the
differences within one run can. Everything runs on 127.0.0.1.
`

/** Ends everything that was started for the run, last first. */
const teardowns: (() => unknown)[] = []

async function bench(): Promise<void> {
  const { values } = parseArgs({
    args: process.argv.slice(2).filter((arg) => arg !== '--'),
    options: {
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '4' },
      rate: { type: 'string', default: '1500' },
      only: { type: 'string' },
      json: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help) return void process.stdout.write(HELP)
  const plan = {
    rounds: positive('rounds', values.rounds),
    seconds: positive('seconds', values.seconds),
    rate: positive('rate', values.rate),
  }
  const { url } = await startRedis({ teardown: (end) => void teardowns.unshift(end) })
  const all = decisionCost({ redisUrl: url })
  const wanted = (values.only ?? '').split('|')
  const chosen = all.filter(({ name }) => wanted.some((text) => name.includes(text)))
  const variants = all.filter((one) => chosen.includes(one) || chosen.some(({ over }) => over === one.name))
  if (variants.length === 0) throw new Error(`no variant's name holds "${values.only}"`)

  const samples = await measure(variants, plan, (text) => process.stderr.write(`${text}\n`))
  const rows = rowsOf(variants, samples)
  const { cpu, cores, memoryGiB, node, platform } = machine()
  process.stdout.write(
    `\n${cpu}, ${cores} cores, ${memoryGiB} GiB, ${platform}, Node ${node}\n` +
      `medians of ${plan.rounds} rounds of ${plan.seconds} s at ${plan.rate} requests/s\n\n${tableOf(rows)}\n`,
  )
  if (values.json)
    await writeFile(values.json, `${JSON.stringify({ machine: machine(), plan, rows, samples }, null, 2)}\n`)
}

function positive(name: string, text: string): number {
  const number = Number(text)
  if (!Number.isFinite(number) || number <= 0)
    throw new Error(`--${name} must be a number above 0, not "${text}"`)
  return number
}

try {
  await bench()
} catch (error) {
  process.stderr.write(`pnpm bench: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
} finally {
  for (const end of teardowns) await end()
}
