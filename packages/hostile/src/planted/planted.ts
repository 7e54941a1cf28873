import { summaryText } from '../report.ts'
import { type Plan, run } from '../run.ts'
import { BootFailed } from '../site/gateway-process.ts'
import { startSite } from '../site/site.ts'
import { type Copy, copyGateway } from './copy.ts'
import { HOLES, type Hole } from './holes.ts'
import { failuresOf, testFilesOf } from './test-files.ts'

/** What became of one hole. */
export interface Finding {
  readonly hole: string
  /** What hostile traffic found, or null. */
  readonly traffic: string | null
  /** Tests that are red with the hole and green without it. */
  readonly tests: readonly string[]
  readonly found: boolean
}

export interface PlantedOptions {
  readonly seed: number
  /** Cases sent at each hole. */
  readonly cases: number
  /** Whether tests of the gateway are run as well. */
  readonly withTests: boolean
  /** Only holes whose name holds this, or one of a | list. */
  readonly only?: string | undefined
}

/** Plants one hole after another in a copy of the gateway and looks who finds it. */
export async function findPlanted(options: PlantedOptions, say: (text: string) => void): Promise<Finding[]> {
  const { seed, cases, withTests, only = '' } = options
  const copy = copyGateway()
  const remove = (): void => copy.remove()
  process.once('exit', remove)
  try {
    // All of them first: a source that has changed is told at once, not in the middle of the run.
    for (const { edits } of HOLES) {
      copy.plant(edits)
      copy.mend()
    }
    const red = withTests ? await redWithoutHole(copy, say) : new Map<string, string[]>()
    const known = await trafficFaults(copy, { seed, cases: 300 }, [
      'targets',
      'headers',
      'framing',
      'tokens',
      'bodies',
    ])
    if (known.size > 0)
      say(`without any hole there are violations already, they do not count: ${[...known.keys()].join('; ')}`)
    const findings: Finding[] = []
    for (const hole of HOLES.filter(({ name }) => only.split('|').some((text) => name.includes(text)))) {
      say(`planting: ${hole.name}`)
      copy.plant(hole.edits)
      const faults = [...(await trafficFaults(copy, { seed, cases }, hole.families))].filter(
        ([fault]) => !known.has(fault),
      )
      const tests = withTests ? await redWith(copy, hole, red) : []
      copy.mend()
      const [first] = faults
      const traffic = first === undefined ? null : `${first[1]}: ${first[0]}`
      const needed = hole.needsTest === true && withTests
      findings.push({
        hole: hole.name,
        traffic,
        tests,
        found: (traffic !== null || tests.length > 0) && (!needed || tests.length > 0),
      })
    }
    return findings
  } finally {
    process.off('exit', remove)
    remove()
  }
}

/** What a few cases of these families bring to light, each kind of it once, with the kind of case it was. */
async function trafficFaults(
  copy: Copy,
  { seed, cases }: { seed: number; cases: number },
  families: Hole['families'],
): Promise<Map<string, string>> {
  const faults = new Map<string, string>()
  try {
    for (const only of families) {
      const site = await startSite(copy.main)
      try {
        const plan: Plan = {
          cases: Math.ceil(cases / families.length),
          seed,
          only,
          seconds: 60,
          lanes: 8,
          most: 40,
        }
        const outcome = await run(site, plan, () => {})
        for (const { one, faults: seen } of outcome.violations)
          for (const fault of seen) {
            const named = withoutNames(fault)
            if (!faults.has(named))
              faults.set(named, one === null ? 'the whole run' : `${one.family}, ${one.kind}`)
          }
        if (outcome.played === 0) throw new Error(summaryText(outcome, plan))
      } finally {
        await site.stop()
      }
    }
  } catch (error) {
    if (!(error instanceof BootFailed)) throw error
    faults.set(`the gateway does not start: ${error.message.split('\n', 1)[0]}`, 'before any case')
  }
  return faults
}

/** Without what differs from case to case. */
function withoutNames(fault: string): string {
  return fault.replaceAll(/c[0-9a-z]{7}\b|[0-9a-f]{32}|\{.*/g, '…').slice(0, 90)
}

async function redWithoutHole(copy: Copy, say: (text: string) => void): Promise<Map<string, string[]>> {
  const red = new Map<string, string[]>()
  const files = new Set(HOLES.flatMap(({ tests }) => testFilesOf(copy.folder, tests)))
  say(`running ${files.size} test files without a hole`)
  for (const file of files) {
    const failures = await failuresOf(copy.folder, file)
    if (failures.length > 0)
      say(`red without a hole, does not count: ${file} ${failures.map((one) => `"${one}"`).join(', ')}`)
    red.set(file, failures)
  }
  return red
}

async function redWith(copy: Copy, hole: Hole, red: ReadonlyMap<string, string[]>): Promise<string[]> {
  const found: string[] = []
  for (const file of testFilesOf(copy.folder, hole.tests)) {
    const failures = await failuresOf(copy.folder, file)
    for (const title of failures) if (!red.get(file)?.includes(title)) found.push(`${file} "${title}"`)
  }
  return found
}

export function findingsText(findings: readonly Finding[]): string {
  const widest = Math.max(...findings.map(({ hole }) => hole.length))
  const lines = findings.flatMap(({ hole, traffic, tests, found }) => [
    `${found ? 'found    ' : 'NOT FOUND'}  ${hole.padEnd(widest)}  traffic: ${traffic ?? 'nothing'}`,
    ...tests.map((test) => `${' '.repeat(widest + 13)}test: ${test}`),
  ])
  const found = findings.filter((one) => one.found).length
  return `${lines.join('\n')}\n${found} of ${findings.length} holes found\n`
}
