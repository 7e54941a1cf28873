import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { createTestIssuer, type TestScope } from '@stockgate/test-kit'
import { folderOf, runGateway, standAlone } from '../../test/kit/process.ts'
import type { Kind, Seen } from './attackers.ts'
import type { NormalAnswer } from './normal.ts'

export interface Options {
  /** Of each phase. */
  readonly seconds: number
  /** Phases without and with the attack in turn, so many of each. */
  readonly pairs: number
  readonly perSecond: number
  readonly slow: Record<Kind, number>
  /** Commands of a shell that attack besides; `{url}` in them is the gateway. */
  readonly commands?: readonly string[]
  readonly env?: Record<string, string>
}

export interface Phase {
  readonly attacked: boolean
  readonly asked: number
  readonly failed: number
  readonly byStatus: Record<string, number>
  readonly p50: number
  readonly p99: number
  /** Milliseconds the thread of the normal clients stood still at most: the machine, not the gateway. */
  readonly stood: number
  /** Seconds of CPU the gateway took. */
  readonly cpu: number
  /** The most the service had in hand at once. */
  readonly inHand: number
  /** Of the gateway process; null where the system does not tell. */
  readonly memory: number | null
  /** Connections of each kind that were open, second by second. */
  readonly open: Record<Kind, number[]>
  readonly cutAfter: Record<Kind, number[]>
  readonly refused: number
}

export interface Result {
  readonly phases: readonly Phase[]
  /** Lines of the gateway's log by error. */
  readonly errors: Record<string, number>
  readonly alive: boolean
}

const MANIFEST = {
  service: 'shop',
  routes: [
    { path: '/small', methods: ['GET', 'POST'], auth: 'public' },
    { path: '/large', methods: ['GET'], auth: 'public' },
  ],
}

/** Runs a real gateway, its service, normal clients and slow ones, each on its own. */
export async function run(t: TestScope, options: Options): Promise<Result> {
  const { seconds, pairs, perSecond, slow, commands = [] } = options
  const service = workerOf(t, 'service.ts', {})
  const [address] = (await once(service, 'message')) as [{ port: number }]
  const issuer = await createTestIssuer(t)
  const wide = { limits: { burst: { quota: 1_000_000, window: 1 } } }
  const limits = { tiers: { all: wide }, clients: {}, defaultTier: 'all', anonymousTier: 'all' }
  const folder = folderOf(t, { 'gateway.json': MANIFEST, 'limits.json': limits })
  const gateway = runGateway(t, {
    ...standAlone(t, issuer, `http://127.0.0.1:${address.port}`),
    MANIFESTS: `${folder}/gateway.json`,
    LIMITS: `${folder}/limits.json`,
    ADDRESS_LIMIT: '0',
    ...options.env,
  })
  const { url } = await gateway.ready()
  const normal = workerOf(t, 'normal.ts', { url, perSecond })
  const attackers = workerOf(t, 'attackers.ts', { port: Number(new URL(url).port), wanted: slow })

  async function phase(attacked: boolean): Promise<Phase> {
    await ask(normal)
    await ask(service)
    await ask<Seen>(attackers, 'tell')
    const cpuBefore = await cpuOf(gateway.child.pid)
    if (attacked) attackers.postMessage('begin')
    const others = attacked ? commands.map((command) => startCommand(command.replaceAll('{url}', url))) : []
    const open: Record<Kind, number[]> = { headers: [], body: [], read: [] }
    const cutAfter: Record<Kind, number[]> = { headers: [], body: [], read: [] }
    let refused = 0
    for (let second = 0; second < seconds; second++) {
      await sleep(1_000)
      const seen = await ask<Seen>(attackers, 'tell')
      for (const kind of ['headers', 'body', 'read'] as const) {
        open[kind].push(seen.open[kind])
        cutAfter[kind].push(...seen.cutAfter[kind])
      }
      refused = seen.refused
    }
    const { answers, stood } = await ask<{ answers: NormalAnswer[]; stood: number }>(normal)
    const inHand = await ask<number>(service)
    const memory = await residentOf(gateway.child.pid)
    if (attacked) attackers.postMessage('end')
    for (const end of others) end()
    const took = answers.map((answer) => answer.took).sort((a, b) => a - b)
    const byStatus = Object.groupBy(answers, ({ status }) => String(status))
    return {
      attacked,
      asked: answers.length,
      failed: answers.filter(({ status }) => status !== 200).length,
      byStatus: Object.fromEntries(Object.entries(byStatus).map(([status, of]) => [status, of?.length ?? 0])),
      p50: quantile(took, 0.5),
      p99: quantile(took, 0.99),
      stood,
      cpu: (await cpuOf(gateway.child.pid)) - cpuBefore,
      inHand,
      memory,
      open,
      cutAfter,
      refused,
    }
  }

  // The first calls of a process are slow; they are nobody's fault.
  await sleep(Math.min(seconds, 5) * 1_000)
  const phases: Phase[] = []
  for (let pair = 0; pair < pairs; pair++) {
    phases.push(await phase(false))
    phases.push(await phase(true))
    await sleep(2_000)
  }
  const errors = Object.groupBy(gateway.lines(), ({ error }) => String(error ?? 'none'))
  return {
    phases,
    errors: Object.fromEntries(Object.entries(errors).map(([error, of]) => [error, of?.length ?? 0])),
    alive: gateway.child.exitCode === null,
  }
}

/** The value below which this part of them lies; 0 where there are none. */
export function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0
}

function workerOf(t: TestScope, file: string, workerData: object): Worker {
  const worker = new Worker(new URL(file, import.meta.url), { workerData })
  t.teardown(() => worker.terminate())
  return worker
}

/** Gives how to end it, with all that it started. */
function startCommand(command: string): () => void {
  const child = spawn('sh', ['-c', command], { stdio: 'ignore', detached: true })
  const end = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid)
    } catch {
      // It has ended by itself.
    }
  }
  process.once('exit', end)
  return end
}

async function ask<Told>(worker: Worker, what = 'tell'): Promise<Told> {
  const told = once(worker, 'message')
  worker.postMessage(what)
  return (await told)[0] as Told
}

/** Seconds, in user and system mode; 0 where the system does not tell. */
async function cpuOf(pid: number | undefined): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / 100
}

async function residentOf(pid: number | undefined): Promise<number | null> {
  const status = await readFile(`/proc/${pid}/status`, 'latin1').catch(() => '')
  const [, kilobytes] = /^VmRSS:\s+(\d+)/m.exec(status) ?? []
  return kilobytes === undefined ? null : Number(kilobytes) * 1_024
}
