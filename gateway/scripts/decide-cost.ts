// What one decision with Redis costs this process, without HTTP around it. For profiles: `node --cpu-prof scripts/decide-cost.ts`.
// REDIS_URL · BENCH_LIMITS: 1 | 2 | 4 · BENCH_RATE: decisions per second (0: one after the other) · BENCH_SECONDS
import type { Charge, Counter } from '@stockgate/rate-limit'
import { createLimiter } from '../src/limiter/index.ts'
import { openRedis } from '../src/redis/index.ts'

const { REDIS_URL = 'redis://127.0.0.1:6379', BENCH_LIMITS = '2' } = process.env
const rate = Number(process.env.BENCH_RATE ?? 5_000)
const seconds = Number(process.env.BENCH_SECONDS ?? 4)

const SPECS: readonly Counter['spec'][] = [
  { kind: 'rate', name: 'burst', quota: 50_000_000, window: 3_600, per: null },
  { kind: 'rate', name: 'sustained', quota: 50_000_000, window: 86_400, per: null },
  { kind: 'calendar', name: 'daily', quota: 50_000_000, period: 'day', timeZone: 'Europe/Berlin', per: null },
  { kind: 'concurrency', name: 'concurrency', quota: 10_000, per: null },
]
const CALLERS = 100

const redis = await openRedis(REDIS_URL, { required: true })
const fleet = { place: () => ({ size: 1, rank: 0 }), publish: () => {} }
const log = { info: () => {}, warn: () => {}, error: () => {} } as never
const limiter = createLimiter({ redis, fleet, log })
const charges = Array.from({ length: CALLERS }, (_, caller): Charge => {
  const owner = `client:${caller}`
  const counters = SPECS.slice(0, Number(BENCH_LIMITS)).map((spec) => ({
    spec,
    id: `{${owner}}:all:${spec.name}`,
  }))
  return { owner, groups: [{ candidate: null, counters }], cost: 1 }
})

let [begun, ended, alone] = [0, 0, 0]
const options = { onStoreFailure: 'share' } as const
async function one(): Promise<void> {
  const { decidedBy, receipt } = await limiter.decide(charges[begun++ % CALLERS] as Charge, options)
  if (receipt) limiter.release(receipt)
  if (decidedBy !== 'redis') alone++
  ended++
}

async function run(lasting: number): Promise<{ all: number; thread: number }> {
  const from = performance.now()
  const first = begun
  const cpu = process.cpuUsage()
  const own = process.threadCpuUsage()
  if (rate === 0) while (performance.now() - from < lasting * 1_000) await one()
  else
    await new Promise<void>((resolve) => {
      const tick = setInterval(() => {
        const due = Math.min(first + rate * lasting, first + ((performance.now() - from) / 1_000) * rate)
        while (begun < due) void one()
        if (begun < first + rate * lasting || ended < begun) return
        clearInterval(tick)
        resolve()
      }, 1)
    })
  const spent = process.cpuUsage(cpu)
  const ofThread = process.threadCpuUsage(own)
  const each = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / (begun - first)
  return { all: each(spent), thread: each(ofThread) }
}

await run(1)
const { all, thread } = await run(seconds)
process.stdout.write(
  `${BENCH_LIMITS} limits, ${rate || 'as many as come'}/s: ${all.toFixed(1)} µs CPU per decision, ${thread.toFixed(1)} of them on the main thread, ${alone} without Redis\n`,
)
await limiter.close()
