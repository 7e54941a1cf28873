import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stockgateHome } from '@stockgate/stack/home'
import { Command } from 'commander'
import { gatewayUrl } from '../client/known-clients.ts'
import { createStopSwitch, type StopSwitch } from '../client/stop-switch.ts'
import { INVOICE_COLUMNS } from '../retail/file/invoice-line.ts'
import { mustHaveColumns } from '../retail/file/records.ts'
import { progressOn } from '../retail/progress.ts'
import { replayFile } from '../retail/replay-file.ts'
import { signIn } from '../retail/run/sign-in.ts'
import { printReplay } from '../retail/show/print-replay.ts'
import { writeSkippedLines } from '../retail/show/skipped-lines.ts'
import { wholeNumber } from './option-values.ts'

interface Options {
  readonly concurrency: number
  readonly limit?: number
  readonly ship: boolean
  readonly location: string
  readonly gateway?: string
  readonly client: string
  readonly secret?: string
  readonly clerk: string
  readonly clerkSecret?: string
  readonly report?: string
  readonly json?: string
}

const INTERRUPTED = 130
/** Longer than a service takes to finish what a crash has left. */
const SETTLE_MS = 60_000
const SAME_KEYSTROKE_MS = 500

/** `stockgate replay FILE`: posts every invoice of a file as an order, and checks the books afterwards. */
export function replayCommand(): Command {
  return new Command('replay')
    .description('post every invoice of a file as an order, as an external client would, and check the books')
    .argument('<file>', 'CSV with the columns InvoiceNo, StockCode, Description, Quantity, …')
    .option('--concurrency <n>', 'orders in flight', wholeNumber(1, 256), 8)
    .option('--limit <n>', 'only the first n documents of the file', wholeNumber(1, 1_000_000_000))
    .option('--no-ship', 'leave confirmed orders open')
    .option('--location <code>', 'warehouse that takes returned goods', 'MAIN')
    .option('--gateway <url>', 'gateway to talk to (default: STOCKGATE_URL, else the one pnpm start runs)')
    .option('--client <id>', 'client that orders', 'demo')
    .option('--secret <secret>', 'its secret (default: STOCKGATE_CLIENT_SECRET, else as seeded)')
    .option('--clerk <id>', 'client that ships, takes returns and reads the ledger', 'warehouse')
    .option('--clerk-secret <secret>', 'its secret (default: STOCKGATE_CLERK_SECRET, else as seeded)')
    .option(
      '--report <file>',
      'where to list every skipped line (default: skipped-lines.csv in STOCKGATE_HOME)',
    )
    .option('--json <file>', 'where to write all figures as JSON')
    .addHelpText('after', RULES)
    .action(async (file: string, options: Options) => {
      const stop = createStopSwitch()
      stopOnInterrupt(stop)
      await run(file, options, stop)
      if (stop.stopped) process.exitCode = INTERRUPTED
    })
}

async function run(file: string, options: Options, stop: StopSwitch): Promise<void> {
  const gateway = gatewayUrl(options.gateway)
  await mustHaveColumns(file, INVOICE_COLUMNS)
  const common = { gateway, connections: options.concurrency, stop }
  const client = await signIn({
    ...common,
    clientId: options.client,
    secret: options.secret,
    variable: 'STOCKGATE_CLIENT_SECRET',
  })
  const clerk = await signIn({
    ...common,
    clientId: options.clerk,
    secret: options.clerkSecret,
    variable: 'STOCKGATE_CLERK_SECRET',
  })
  try {
    const { summary, skipped } = await replayFile({
      run: { client, clerk, stop, concurrency: options.concurrency },
      gateway,
      file,
      ...(options.limit !== undefined && { limit: options.limit }),
      locationCode: options.location,
      ship: options.ship,
      settleMs: SETTLE_MS,
      progress: progressOn(process.stderr),
    })
    const report = options.report ?? join(stockgateHome(), 'skipped-lines.csv')
    process.stdout.write(`\n${printReplay(summary, skipped, report)}`)
    if (!summary.ok) process.exitCode = 1
    writeSkippedLines(report, skipped)
    if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(summary, null, 2)}\n`)
  } finally {
    await Promise.all([client.close(), clerk.close()])
  }
}

/**
 * The first Ctrl-C finishes what is in flight, the second one ends at once. It listens to the end of the process: a
 * keystroke passed on late must not turn exit code 130 into a death by signal.
 */
function stopOnInterrupt(stop: StopSwitch): void {
  let first = 0
  const interrupt = () => {
    // A package manager in front of us may pass on the very same Ctrl-C a second time.
    if (stop.stopped && performance.now() - first < SAME_KEYSTROKE_MS) return
    if (stop.stopped) process.exit(INTERRUPTED)
    first = performance.now()
    process.stderr.write('\nstopping: finishing what is in flight (again to stop at once)\n')
    stop.stop()
  }
  process.on('SIGINT', interrupt)
}

const RULES = `
What becomes of a line:
  Lines of one invoice and product are merged into one order line, at the price of the first. Stock codes are
  compared in capitals. A price of 0 with a customer is a gift and is ordered; a price of 0 without a customer is a
  stock correction and is skipped, as are postage, fees, malformed lines and the like. Every skipped line is counted
  and listed in --report.
  A cancellation (invoice number C…) is taken off the latest earlier order of the same customer that has so many
  units left; if that order was rejected there is nothing to do; if there is none, the goods are returned to stock.
  Then every confirmed order is shipped.

The run can be repeated: every write has a key from the invoice number, so a second run changes nothing, and a run
that was stopped or cut short is completed by the next one. 429 and Retry-After are obeyed; lost connections, 502,
503 and 504 are repeated with the same key for about a minute.

Exit code: 0 when every sum holds, 1 when one does not or the run failed, 130 after Ctrl-C.`
