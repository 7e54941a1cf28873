import type { LimitSpec } from '@stockgate/policy-schema'
import type { Charge, Decision, Group, Receipt } from '@stockgate/rate-limit'
import { RedisLimiter } from '../../src/limiter/redis-limiter.ts'
import { openRedis } from '../../src/redis/index.ts'
import { Reference, type Spent } from './reference.ts'
import { midnights, TIERS } from './tiers.ts'

export interface ExactnessOptions {
  /** Of a Redis that nobody else uses; it is emptied. */
  readonly redisUrl: string
  readonly decisions: number
  readonly seed: number
  readonly onProgress?: (report: ExactnessReport) => void
  /** Changes what the gateways are asked, behind the reference's back: to see that a fault would be noticed. */
  readonly sabotage?: (charge: Charge) => Charge
}

export interface ExactnessReport {
  decisions: number
  admitted: number
  refused: number
  /** Refused by at least one limit of this kind. */
  readonly refusedBy: { rate: number; calendar: number; concurrency: number }
  settled: number
  released: number
  /** Calls that came to their midnight within a batch. */
  midnights: number
  /** Admitted although the reference refuses. */
  overAdmitted: number
  /** Refused although the reference admits. */
  wrongRefusals: number
  /** Units that remain, limits named or verdicts of candidates that differ. */
  otherDifferences: number
  /** Requests of one owner that Redis decided in the same microsecond, whose order nobody can know. */
  ties: number
}

const OWNERS = 60
const BATCH = 600
const SECOND = 1_000_000

interface Open {
  readonly gateway: number
  readonly receipt: Receipt
  readonly spent: Spent
}

/**
 * Two gateways and one Redis decide random requests under all kinds of limits, many at once, while a third gateway
 * takes places and crashes. Redis says by its own clock when it decided each; in that order the reference model
 * decides them again. Between batches true costs are settled, places freed and renewed, and time is moved on, often
 * to just before a midnight, which then passes among the calls.
 */
export async function proveExactness(options: ExactnessOptions): Promise<ExactnessReport> {
  const run = await Run.start(options)
  try {
    while (run.report.decisions < options.decisions) {
      await run.batch()
      await run.loosen()
      options.onProgress?.(run.report)
    }
    return run.report
  } finally {
    await run.close()
  }
}

class Run {
  readonly report: ExactnessReport = {
    decisions: 0,
    admitted: 0,
    refused: 0,
    refusedBy: { rate: 0, calendar: 0, concurrency: 0 },
    settled: 0,
    released: 0,
    midnights: 0,
    overAdmitted: 0,
    wrongRefusals: 0,
    otherDifferences: 0,
    ties: 0,
  }
  readonly #reference = new Reference()
  readonly #gateways: RedisLimiter[] = []
  readonly #decidedAt = new WeakMap<object, number>()
  readonly #random: () => number
  readonly #sabotage: (charge: Charge) => Charge
  #open: Open[] = []
  /** How far the clocks are ahead of the real one, and, between batches, where they stand. */
  #ahead = 0
  #frozen: number | null = null
  #last = 0

  private constructor({ seed, sabotage = (charge) => charge }: ExactnessOptions) {
    this.#random = randomBy(seed)
    this.#sabotage = sabotage
  }

  static async start(options: ExactnessOptions): Promise<Run> {
    const { redisUrl } = options
    const run = new Run(options)
    for (const gateway of [0, 1, 2]) {
      const redis = await openRedis(redisUrl, { required: true })
      if (gateway === 0) await redis.flushall()
      run.#gateways.push(
        new RedisLimiter({
          redis,
          answerWithinMs: 60_000,
          heartbeatMs: 0,
          redisClock: () => (run.#frozen === null ? `+${run.#ahead}` : `=${run.#frozen}`),
          // The clocks of the gateways are wrong by seconds, one each way, which must not matter.
          now: () => (run.#frozen ?? Date.now() * 1_000 + run.#ahead) + (gateway - 1) * 3 * SECOND,
          onReadings: (counters, _, now) => run.#decidedAt.set(counters, now),
        }),
      )
    }
    return run
  }

  async close(): Promise<void> {
    for (const gateway of this.#gateways) await gateway.close()
  }

  async batch(): Promise<void> {
    this.#frozen = null
    this.#moveOn()
    const calls = Array.from({ length: BATCH }, async (_, index) => {
      const gateway = this.#random() < 0.02 ? 2 : index % 2
      const charge = this.#charge()
      const asked = this.#sabotage(charge)
      const decision = await (this.#gateways[gateway] as RedisLimiter).decide(asked)
      return { gateway, charge, decision, now: this.#decidedAt.get(asked.groups[0].counters) as number }
    })
    const decided = (await Promise.all(calls)).sort((a, b) => a.now - b.now)
    const seen = new Map<string, number>()
    for (const { gateway, charge, decision, now } of decided) {
      if (seen.get(charge.owner) === now) this.report.ties++
      seen.set(charge.owner, now)
      const spent = this.#judge(charge, decision, now)
      // The third gateway never gives anything back: it has crashed.
      if (decision.receipt && spent && gateway < 2)
        this.#open.push({ gateway, receipt: decision.receipt, spent })
    }
    this.#last = decided.at(-1)?.now ?? this.#last
  }

  /** What happens after the calls, while the clock stands still so that the order among gateways is known. */
  async loosen(): Promise<void> {
    this.#frozen = this.#last
    const staying: Open[] = []
    for (const number of [0, 1]) {
      const gateway = this.#gateways[number] as RedisLimiter
      for (const open of this.#open.filter((one) => one.gateway === number)) {
        const ends = this.#random() < 0.9
        if (this.#random() < 0.3) {
          const cost = this.#random() < 0.5 ? 0 : this.#below(12)
          gateway.settle(open.receipt, cost)
          this.#reference.settle(open.spent, cost, this.#last)
          this.report.settled++
        }
        if (ends) {
          gateway.release(open.receipt)
          this.#reference.release(open.spent)
          this.report.released++
        } else staying.push(open)
        if (this.#below(200) === 0) await gateway.idle()
      }
      await gateway.idle()
      if (gateway.lost > 0) throw new Error(`${gateway.lost} corrections were lost`)
    }
    this.#open = staying
    if (this.#random() < 0.3) await this.#renew()
  }

  /** The heartbeat, at a moment at which all that is in flight is old enough to be renewed. */
  async #renew(): Promise<void> {
    this.#last += 11 * SECOND
    this.#frozen = this.#last
    for (const gateway of this.#gateways.slice(0, 2)) {
      gateway.renew()
      await gateway.idle()
    }
    for (const { spent } of this.#open) this.#reference.renew(spent, this.#last)
  }

  #charge(): Charge {
    const number = this.#below(OWNERS)
    const owner = `client:${number}`
    const tier = TIERS[number % TIERS.length] as readonly LimitSpec[]
    const other = TIERS[(number + 1) % TIERS.length] as readonly LimitSpec[]
    const group = (candidate: string | null, limits: readonly LimitSpec[]): Group => ({
      candidate,
      counters: limits.map((spec) => ({ spec, id: `{${owner}}:${candidate ?? 'tier'}:${spec.name}` })),
    })
    const groups: Charge['groups'] =
      number % 3 === 0 ? [group(null, tier), group('candidate-other', other)] : [group(null, tier)]
    return { owner, cost: this.#random() < 0.7 ? 1 : this.#below(7), groups }
  }

  #judge(charge: Charge, decision: Decision, now: number): Spent | null {
    const { report } = this
    const ruling = this.#reference.decide(charge, now)
    report.decisions++
    if (decision.allowed) report.admitted++
    else report.refused++
    const kinds = new Set(decision.limits.filter(({ violated }) => violated).map(({ kind }) => kind))
    for (const kind of kinds) report.refusedBy[kind]++
    if (decision.allowed && !ruling.allowed) report.overAdmitted++
    else if (!decision.allowed && ruling.allowed) report.wrongRefusals++
    else if (
      decision.limits.some(({ remaining, violated }, index) => {
        const limit = ruling.limits[index]
        return limit?.remaining !== remaining || limit.violated !== violated
      }) ||
      decision.candidates.some(({ allowed }, index) => allowed !== ruling.candidates[index])
    )
      report.otherDifferences++
    return ruling.spent
  }

  /** Time passes between batches: mostly little, sometimes hours, and often up to just before a midnight. */
  #moveOn(): void {
    this.#catchUp()
    const dice = this.#random()
    if (dice < 0.6) this.#ahead += this.#below(2 * SECOND)
    else if (dice < 0.75) this.#ahead += this.#below(40 * SECOND)
    else if (dice < 0.8) this.#ahead += this.#below(20 * 3_600) * SECOND
    else {
      const now = Date.now() * 1_000 + this.#ahead
      const midnight = midnights[this.#below(midnights.length)]?.(now) ?? now
      // A few milliseconds before: a batch takes longer.
      this.#ahead += Math.max(midnight - now - 4_000, 0)
      this.report.midnights++
    }
  }

  /** The moving clock goes on where the standing one was left. */
  #catchUp(): void {
    const now = Date.now() * 1_000 + this.#ahead
    if (now < this.#last) this.#ahead += this.#last - now + SECOND
  }

  #below(bound: number): number {
    return Math.floor(this.#random() * bound)
  }
}

/** Random numbers that the seed determines (mulberry32). */
function randomBy(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
