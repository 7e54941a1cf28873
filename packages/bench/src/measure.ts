import { sendLoad } from './load.ts'
import type { ServerProcess } from './server-process.ts'

/** One thing to measure: a server, and how it is called. */
export interface Variant {
  readonly name: string
  /** The variant whose cost is taken off to see what this one adds. */
  readonly over: string | null
  readonly headers?: Readonly<Record<string, string>>
  start(): Promise<ServerProcess>
}

export interface Plan {
  readonly rounds: number
  readonly seconds: number
  readonly rate: number
}

/** One variant in one round. */
export interface Sample {
  readonly variant: string
  readonly round: number
  /** Processor time of the server process for each request, in microseconds. */
  readonly cpuMicros: number
  readonly p50: number
  readonly p99: number
  readonly bad: number
}

/**
 * Measures variants in turn, every round all of them and each round beginning with another one, so that what else
 * the machine does meets them alike. All servers stay up the whole time, warmed.
 */
export async function measure(
  variants: readonly Variant[],
  { rounds, seconds, rate }: Plan,
  progress: (text: string) => void,
): Promise<Sample[]> {
  const servers = new Map<Variant, ServerProcess>()
  const samples: Sample[] = []
  try {
    for (const variant of variants) {
      progress(`starting ${variant.name}`)
      servers.set(variant, await variant.start())
    }
    for (const variant of variants) {
      progress(`warming ${variant.name}`)
      await run(variant, servers.get(variant) as ServerProcess, { rate, seconds: Math.min(seconds, 3) }, 0)
    }
    for (let round = 1; round <= rounds; round++) {
      const first = (round - 1) % variants.length
      for (const variant of [...variants.slice(first), ...variants.slice(0, first)]) {
        progress(`round ${round} of ${rounds}: ${variant.name}`)
        samples.push(await run(variant, servers.get(variant) as ServerProcess, { rate, seconds }, round))
      }
    }
  } finally {
    await Promise.all([...servers.values()].map((server) => server.stop()))
  }
  return samples
}

async function run(
  { name, headers = {} }: Variant,
  server: ServerProcess,
  { rate, seconds }: { rate: number; seconds: number },
  round: number,
): Promise<Sample> {
  const before = await server.cpuMicros()
  const { sent, statuses, latencies } = await sendLoad({ url: server.url, headers, rate, seconds })
  const cpu = (await server.cpuMicros()) - before
  const at = (share: number): number => latencies[Math.floor(share * (latencies.length - 1))] ?? Number.NaN
  return {
    variant: name,
    round,
    cpuMicros: cpu / sent,
    p50: at(0.5),
    p99: at(0.99),
    bad: sent - (statuses['200'] ?? 0),
  }
}
