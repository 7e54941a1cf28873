import { Worker } from 'node:worker_threads'
import { type LimitsPolicy, type Manifest, writeLimits } from '@stockgate/policy-schema'
import type { Report } from '@stockgate/simulate'
import type { NamedLimits } from './in-force.ts'

/** What a simulation is made of, as it travels to its thread. */
export interface Simulation {
  readonly draft: NamedDocument
  readonly against: NamedDocument
  readonly tier: string | null
  readonly traffic: readonly string[]
  /** Microseconds since the epoch. */
  readonly from: number | undefined
  readonly until: number | undefined
  readonly manifests: readonly Manifest[]
}

/** The written form of limits: read again on the other side, for a copy of the read form would lose its shape. */
export interface NamedDocument {
  readonly name: string
  readonly text: string
}

/** What the thread tells. */
export type Told = { readonly bytes: number } | { readonly report: Report }

export interface RunOptions {
  /** Told how many bytes of the traffic were read. */
  readonly onBytes: (count: number) => void
  readonly signal: AbortSignal
}

/**
 * Keeps a long run below 300 MB: the lower the bound on the old generation, the less it grows between two collections.
 * From 2 GB on it grows to four times of what is in use; at half of this, a quarter of the run is collecting.
 */
const HEAP = { maxOldGenerationSizeMb: 1536, maxYoungGenerationSizeMb: 24 }

export function documentOf({ name, limits }: NamedLimits): NamedDocument {
  return { name, text: JSON.stringify(writeLimits(limits satisfies LimitsPolicy)) }
}

/** Runs a simulation in a thread of its own, with a heap that stays small; rejects when the signal ends it. */
export async function runSimulation(job: Simulation, { onBytes, signal }: RunOptions): Promise<Report> {
  const stdin = job.traffic.includes('-')
  const worker = new Worker(new URL('./simulation-thread.ts', import.meta.url), {
    workerData: job,
    resourceLimits: HEAP,
    stdin,
  })
  if (stdin && worker.stdin) process.stdin.pipe(worker.stdin)
  const stop = () => void worker.terminate()
  signal.addEventListener('abort', stop)
  try {
    return await new Promise<Report>((resolve, reject) => {
      worker.on('message', (told: Told) => ('bytes' in told ? onBytes(told.bytes) : resolve(told.report)))
      worker.once('error', reject)
      worker.once('exit', (code) => reject(new Error(`the simulation ended early (${code})`)))
    })
  } finally {
    signal.removeEventListener('abort', stop)
    if (stdin) process.stdin.destroy()
  }
}
