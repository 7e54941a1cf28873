// What normal clients notice while others are slow on purpose: 1,000 that trickle their headers, 200 that trickle a
// body, 200 that hardly read, against a real gateway. Times with and without them are taken in turn.
// `node gateway/scripts/slow-clients.ts [--seconds 60] [--pairs 3] [--rate 100] [--headers 1000] [--body 200] [--read 200]`
// `--attack 'slowhttptest -X -c 200 -u {url}/large'`, any number of times, lets other tools attack besides.
import { loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { type Phase, quantile, run } from './slow-clients/run.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    pairs: { type: 'string', default: '3' },
    rate: { type: 'string', default: '100' },
    headers: { type: 'string', default: '1000' },
    body: { type: 'string', default: '200' },
    read: { type: 'string', default: '200' },
    attack: { type: 'string', multiple: true, default: [] },
  },
})

const ends: (() => unknown)[] = []
const scope = { teardown: (end: () => unknown) => ends.push(end) }
const say = (text: string): unknown => process.stdout.write(`${text}\n`)
const median = (numbers: readonly number[]): number =>
  quantile(
    [...numbers].sort((a, b) => a - b),
    0.5,
  )

function tell(phase: Phase): void {
  const { attacked, asked, failed, byStatus, p50, p99, inHand, memory, stood, cpu, open, cutAfter, refused } =
    phase
  const resident = memory === null ? '' : `, gateway ${(memory / 1e6).toFixed(0)} MB`
  say(
    `${attacked ? 'attack' : 'quiet '}  asked ${asked}, failed ${failed} ${JSON.stringify(byStatus)}, ` +
      `p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms, service had at most ${inHand} in hand${resident}, took ${cpu.toFixed(1)} s of CPU; ` +
      `the clients themselves stood still for ${stood.toFixed(0)} ms at most`,
  )
  if (!attacked) return
  for (const kind of ['headers', 'body', 'read'] as const) {
    const sorted = [...cutAfter[kind]].sort((a, b) => a - b)
    const [least = 0, most = 0] = [sorted[0], sorted.at(-1)]
    say(
      `        slow ${kind.padEnd(7)} open: median ${median(open[kind])}, most ${Math.max(...open[kind])}; cut ` +
        `${sorted.length}, after ${(least / 1e3).toFixed(1)} to ${(most / 1e3).toFixed(1)} s, ` +
        `median ${(median(sorted) / 1e3).toFixed(1)} s`,
    )
  }
  if (refused > 0) say(`        refused before they were connected: ${refused}`)
}

try {
  const { phases, errors, alive } = await run(scope as never, {
    seconds: Number(values.seconds),
    pairs: Number(values.pairs),
    perSecond: Number(values.rate),
    commands: values.attack,
    slow: { headers: Number(values.headers), body: Number(values.body), read: Number(values.read) },
  })
  for (const phase of phases) tell(phase)
  const ratios = phases.flatMap((phase, index) =>
    phase.attacked ? [phase.p99 / (phases[index - 1] as Phase).p99] : [],
  )
  const failed = phases.reduce((sum, phase) => sum + phase.failed, 0)
  say(`\nnormal clients failed: ${failed}; the gateway ${alive ? 'lives' : 'DIED'}`)
  say(`p99 attacked / p99 quiet of each pair: ${ratios.map((ratio) => ratio.toFixed(2)).join(', ')}`)
  say(`median of them: ${median(ratios).toFixed(2)}`)
  say(`lines of the log by error: ${JSON.stringify(errors)}`)
  say(
    `load of the machine: ${loadavg()
      .map((load) => load.toFixed(1))
      .join(' ')}`,
  )
} finally {
  for (const end of ends.reverse()) await end()
}
process.exit(0)
