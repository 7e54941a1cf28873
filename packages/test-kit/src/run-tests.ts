// `pnpm test [path…] [tap options]`: every test of the workspace on a real PostgreSQL and a real redis-server.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { createInterface } from 'node:readline'
import { SERVER_VARIABLE } from './database.ts'
import { leaseDatabaseServer } from './database-lease.ts'
import { ensurePrograms } from './runner/required-programs.ts'
import {
  buildTap,
  listTestFiles,
  ROOT,
  selectFiles,
  TAP,
  workspaceEnvironment,
} from './runner/tap-program.ts'
import { createTapReport, type Totals } from './runner/tap-report.ts'

const began = Date.now()
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
const print = (text: string) => void process.stdout.write(text)
const log = (line: string) => print(`# ${line}\n`)

/** So many failed files may be looked at once more. More than that is no matter of an unlucky moment. */
const SECOND_LOOKS = 2

/** Before tests run there is nobody to tell: our end is the end of the lease. */
const leave = () => process.exit(130)

async function runTests(args: readonly string[]): Promise<number> {
  const options = args.filter((arg) => arg.startsWith('-') && arg !== '--')
  const paths = args.filter((arg) => !arg.startsWith('-'))
  for (const signal of SIGNALS) process.on(signal, leave)
  await ensurePrograms(log)
  await buildTap(log)
  const files = paths.length > 0 ? selectFiles(await listTestFiles(), paths) : []
  const lease = await leaseDatabaseServer()
  try {
    const first = await runTap(options, files, lease.url, Math.max(2, availableParallelism()))
    const { bad } = first
    const again = first.code === 1 && bad.length > 0 && bad.length <= SECOND_LOOKS && paths.length === 0
    return again ? await lookAgain(first, options, lease.url) : verdict(first)
  } finally {
    await lease.release()
  }
}

/** How a run of tap went; a code of 130 says that it was interrupted. */
type Outcome = Totals & { code: number }

/**
 * Of the whole suite, many files at once on few processors, one may miss its moment. It is run once more on its
 * own: what fails then is broken, what passes is named as unsteady, with its first failure above in full.
 */
async function lookAgain(first: Outcome, options: readonly string[], databaseUrl: string): Promise<number> {
  log(`once more, alone: ${first.bad.join(', ')}`)
  const second = await runTap(options, first.bad, databaseUrl, 1)
  if (second.code === 0) log(`UNSTEADY, to be mended: ${first.bad.join(', ')}`)
  return verdict({ ...first, failed: second.failed, code: second.code })
}

function verdict({ passed, failed, skipped, files, code }: Outcome): number {
  if (skipped > 0) log(`${skipped} skipped`)
  log(`${files} files in ${((Date.now() - began) / 1000).toFixed(1)} s`)
  print(`${passed} passed, ${failed} failed\n`)
  return code === 0 && failed > 0 ? 1 : code
}

async function runTap(
  options: readonly string[],
  files: readonly string[],
  databaseUrl: string,
  jobs: number,
): Promise<Outcome> {
  // A group of its own, so that one signal reaches tap, the test files and what they started.
  const tap = spawn(TAP, ['--reporter=tap', `--jobs=${jobs}`, ...options, ...files], {
    cwd: ROOT,
    env: { ...workspaceEnvironment(), [SERVER_VARIABLE]: databaseUrl },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  })
  let interrupted: NodeJS.Signals | undefined
  const interrupt = (signal: NodeJS.Signals) => {
    if (interrupted) return signalGroup(tap.pid, 'SIGKILL')
    interrupted = signal
    signalGroup(tap.pid, signal)
    setTimeout(() => signalGroup(tap.pid, 'SIGKILL'), 5_000).unref()
  }
  for (const signal of SIGNALS) process.off(signal, leave).on(signal, interrupt)

  const report = createTapReport(print)
  createInterface({ input: tap.stdout }).on('line', report.line)
  const [code] = (await once(tap, 'close')) as [number | null]
  for (const signal of SIGNALS) process.off(signal, interrupt).on(signal, leave)
  signalGroup(tap.pid, 'SIGKILL')
  if (interrupted) log(`interrupted by ${interrupted}`)
  return { ...report.end(code), code: interrupted ? 130 : (code ?? 1) }
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (pid) process.kill(-pid, signal)
  } catch {
    // Nobody of the group is left.
  }
}

try {
  process.exitCode = await runTests(process.argv.slice(2))
} catch (error) {
  process.stderr.write(`pnpm test: ${error instanceof Error ? error.message : error}\n`)
  process.exitCode = 1
}
