import { renameSync, statSync, writeFileSync } from 'node:fs'
import { asJson, asPage, asText } from '@stockgate/simulate'
import { Command } from 'commander'
import { limitsInForce } from '../../limits/in-force.ts'
import { readLimits, readManifest } from '../../limits/policy-file.ts'
import { documentOf, runSimulation } from '../../limits/simulation.ts'
import { progressOn } from '../../retail/progress.ts'
import { type AdminOptions, withAdminOptions } from '../admin-options.ts'
import { timeOption } from '../option-values.ts'

interface Options extends AdminOptions {
  readonly traffic: string[]
  readonly against?: string
  readonly tier?: string
  readonly manifest?: string[]
  readonly from?: number
  readonly until?: number
  readonly html?: string
  readonly json?: boolean
}

const INTERRUPTED = 130
/** Below this a run is over before a bar could be read. */
const WORTH_A_BAR = 8 * 1024 * 1024
const MEGABYTE = 1024 * 1024

/** `stockgate limits simulate DRAFT`: what a draft would have done to recorded traffic. */
export function simulateCommand(): Command {
  const command = new Command('simulate')
    .description('replay recorded traffic under a draft and under the limits in force, and compare')
    .argument('<draft>', 'a limits.json')
    .requiredOption('--traffic <file...>', 'logs, plain or gzip; - is standard input')
    .option('--against <file>', 'a limits.json to compare with (default: what is in force, see below)')
    .option('--tier <name>', 'put every call into this tier, whoever made it')
    .option('--manifest <file...>', 'gateway.json files, to simulate the limits of routes too')
    .option('--from <time>', 'only calls from this moment on, such as 2026-11-22T08:00:00Z', timeOption)
    .option('--until <time>', 'only calls before this moment', timeOption)
    .option('--html <file>', 'write the report as one page with plots')
    .option('--json', 'print the report as JSON')
    .addHelpText('after', HELP)
    .action(run)
  return withAdminOptions(command)
}

async function run(draft: string, options: Options): Promise<void> {
  const interrupted = new AbortController()
  const interrupt = () => interrupted.abort(new Error('stopped'))
  process.on('SIGINT', interrupt)
  try {
    await simulate(draft, options, interrupted.signal)
  } catch (error) {
    if (!interrupted.signal.aborted) throw error
    process.stderr.write('\nstockgate: stopped, nothing was written\n')
    process.exitCode = INTERRUPTED
  } finally {
    process.off('SIGINT', interrupt)
  }
}

async function simulate(draft: string, options: Options, signal: AbortSignal): Promise<void> {
  const { tier = null, traffic, from, until } = options
  const after = { name: draft, limits: readLimits(draft) }
  const before = await limitsInForce(options)
  const bar = progressFor(traffic)
  const job = {
    draft: documentOf(after),
    against: documentOf(before),
    tier,
    traffic,
    from: from && from * 1000,
    until: until && until * 1000,
    manifests: (options.manifest ?? []).map(readManifest),
  }
  const report = await runSimulation(job, { onBytes: bar.onBytes, signal }).finally(bar.done)
  if (options.html !== undefined) writeWhole(options.html, asPage(report))
  process.stdout.write(options.json ? asJson(report) : asText(report))
}

/** Counts megabytes, for the number of calls is not known beforehand. */
function progressFor(paths: readonly string[]): { onBytes: (count: number) => void; done: () => void } {
  const sizes = paths.map((path) =>
    path === '-' ? undefined : statSync(path, { throwIfNoEntry: false })?.size,
  )
  const known = sizes.every((size) => size !== undefined)
  const total = known ? sizes.reduce((sum, size) => sum + size, 0) : undefined
  if (total !== undefined && total < WORTH_A_BAR) return { onBytes: () => {}, done: () => {} }
  const progress = progressOn(process.stderr)('read (MB)', total && Math.ceil(total / MEGABYTE))
  let bytes = 0
  let shown = 0
  return {
    onBytes: (count) => {
      bytes += count
      const reached = Math.ceil(bytes / MEGABYTE)
      if (reached > shown) progress.tick(reached - shown)
      shown = reached
    },
    done: () => progress.done(),
  }
}

/** A page is there whole or not at all. */
function writeWhole(path: string, text: string): void {
  const draft = `${path}.${process.pid}`
  writeFileSync(draft, text)
  renameSync(draft, path)
}

const HELP = `
Traffic is the gateway's own access log or a combined (or common) log of Apache or nginx; each file is recognised by
itself, and several are merged by time. The gateway's log tells client, user, route, cost and duration of each call.
A combined log tells the address only: its calls count as anonymous ones, at a cost of 1, without durations, so that
concurrency limits cannot be simulated for them. --tier partner asks how the same traffic fares in that tier.

The limits in force are those of the gateway named with --admin or STOCKGATE_ADMIN_URL, else of the one that runs here,
else those of gateway/policy/limits.json; the report says which.

Examples:
  pnpm stockgate limits simulate draft.json --traffic access.log
  pnpm stockgate limits simulate draft.json --traffic access.log.1.gz access.log --html report.html
  zcat *.gz | pnpm -s stockgate limits simulate draft.json --traffic - --json

Exit code: 0 when the traffic was replayed, 1 when the draft or the traffic cannot be used, 130 after Ctrl-C.`
