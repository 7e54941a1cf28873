// Changes the limits of two gateways again and again while they serve, and proves that no request notices more than
// one revision: node gateway/scripts/policy-changes.ts [--changes 200] [--seconds 60] [--workers 4]
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startRedis, type TestScope } from '@stockgate/test-kit'
import { Pool } from 'undici'
import { createWorld, type Operated } from '../test/policy/gateways.ts'

export interface ChangesOptions {
  readonly changes: number
  readonly seconds: number
  /** Requests in flight to each gateway. */
  readonly workers: number
}

/** What was seen; counts of what must not be are zero where all is well. */
export interface ChangesReport {
  readonly changes: number
  /** Why changes were refused. */
  readonly refusals: readonly string[]
  readonly requests: number
  /** Answered with anything but 200, or not at all. */
  readonly failed: number
  /** Without exactly one line in the log, or with one that names no revision. */
  readonly withoutOneRevision: number
  /** Whose RateLimit-Policy is that of another revision than the one logged. */
  readonly contradicting: number
  /** Changes that never came into force on a gateway, though no later one overtook them there. */
  readonly missed: number
  /** Revisions that at least one request of each gateway was decided under. */
  readonly revisionsUsed: number
  /** From sending a change to its being in force on both gateways, in milliseconds. */
  readonly slowestMs: number
  readonly medianMs: number
  /** The part of it until the change was answered, on disk and in Redis. */
  readonly slowestAnswerMs: number
}

/** Milliseconds since the epoch. */
interface Sent {
  readonly at: number
  readonly answered: number
}

const FIRST_QUOTA = 1_000_000
/** Each revision has a quota of its own, so an answer tells under which it was decided. */
const quotaOf = (revision: number): number => FIRST_QUOTA + revision - 1

/** Runs two gateway processes with a Redis, load on both, and the changes. */
export async function policyChanges(t: TestScope, options: ChangesOptions): Promise<ChangesReport> {
  const world = await createWorld(t, await startRedis(t))
  const gateways = await Promise.all([world.start('a'), world.start('b')])
  const load = gateways.map((gateway) => startLoad(gateway, options.workers))
  const { sent, refusals } = await change(gateways, options)
  await delay(1_000)
  const answers = await Promise.all(load.map((one) => one.stop()))
  for (const { process } of gateways) process.child.kill('SIGTERM')
  await Promise.all(gateways.map(({ process }) => process.exited))
  const logs = gateways.map(({ process }) => process.lines())
  const requests = answers.flatMap((one, index) => judge(one.quotas, logs[index] ?? []))
  const spread = [...sent].map(([revision, { at }]) => spreadOf(revision, at, logs))
  const times = spread.filter((one) => one !== undefined).sort((a, b) => a - b)
  return {
    changes: sent.size,
    refusals,
    requests: requests.length,
    failed: answers.reduce((sum, { failed }) => sum + failed, 0),
    withoutOneRevision: requests.filter(({ revision }) => revision === undefined).length,
    contradicting: requests.filter(
      ({ revision, quota }) => revision !== undefined && quota !== quotaOf(revision),
    ).length,
    missed: spread.length - times.length,
    revisionsUsed: new Set(requests.map(({ revision }) => revision)).size,
    slowestMs: times.at(-1) ?? Number.NaN,
    medianMs: times[times.length >> 1] ?? Number.NaN,
    slowestAnswerMs: Math.max(...Array.from(sent.values(), ({ at, answered }) => answered - at)),
  }
}

/** Makes the changes evenly over the time, by turns on each gateway. */
async function change(
  gateways: readonly Operated[],
  { changes, seconds }: ChangesOptions,
): Promise<{ sent: Map<number, Sent>; refusals: string[] }> {
  const sent = new Map<number, Sent>()
  const refusals: string[] = []
  const began = performance.now()
  for (let count = 0; count < changes; count++) {
    await delay(Math.max(0, began + (count * seconds * 1000) / changes - performance.now()))
    const at = Date.now()
    const revision = sent.size + 1
    const gateway = gateways[count % gateways.length] as Operated
    const { status, text } = await gateway.apply(quotaOf(revision + 1), revision)
    if (status === 200) sent.set(revision + 1, { at, answered: Date.now() })
    else refusals.push(`${status} ${text}`)
  }
  return { sent, refusals }
}

/** Asks without end; keeps the quota that each answer names, by the id of its request. */
function startLoad({ url }: Operated, workers: number) {
  const pool = new Pool(url, { connections: workers })
  const quotas = new Map<string, number>()
  let failed = 0
  let going = true
  const work = async () => {
    while (going) {
      try {
        const { statusCode, headers, body } = await pool.request({ method: 'GET', path: '/open' })
        await body.dump()
        if (statusCode !== 200) failed++
        const named = /"burst";q=(\d+)/.exec(String(headers['ratelimit-policy']))?.[1]
        quotas.set(String(headers['x-request-id']), Number(named))
      } catch {
        failed++
      }
    }
  }
  const all = Promise.all(Array.from({ length: workers }, work))
  return {
    stop: async () => {
      going = false
      await all
      await pool.close()
      return { quotas, failed }
    },
  }
}

type LogLine = Record<string, unknown>

function judge(quotas: ReadonlyMap<string, number>, lines: readonly LogLine[]) {
  const revisions = new Map<string, number | undefined>()
  for (const { request_id: id, verdict, revision } of lines) {
    if (typeof id !== 'string' || verdict === undefined) continue
    revisions.set(id, typeof revision === 'number' && !revisions.has(id) ? revision : undefined)
  }
  return Array.from(quotas, ([id, quota]) => ({ quota, revision: revisions.get(id) }))
}

/** Time until a revision, or a later one that overtook it, was in force everywhere. */
function spreadOf(revision: number, at: number, logs: readonly (readonly LogLine[])[]): number | undefined {
  const arrivals = logs.map((lines) => {
    const line = lines.find(
      (one) => one.msg === 'limits are in force' && (one.revision as number) >= revision,
    )
    return line === undefined ? undefined : Date.parse(line.time as string) - at
  })
  return arrivals.includes(undefined) ? undefined : Math.max(...(arrivals as number[]))
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      changes: { type: 'string', default: '200' },
      seconds: { type: 'string', default: '60' },
      workers: { type: 'string', default: '4' },
    },
  })
  const endings: (() => unknown)[] = []
  try {
    const report = await policyChanges(
      { teardown: (end) => endings.push(end) },
      {
        changes: Number(values.changes),
        seconds: Number(values.seconds),
        workers: Number(values.workers),
      },
    )
    process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
    const { refusals, failed, withoutOneRevision, contradicting, missed } = report
    if (refusals.length + failed + withoutOneRevision + contradicting + missed > 0) process.exitCode = 1
  } finally {
    for (const end of endings.reverse()) await end()
  }
}
