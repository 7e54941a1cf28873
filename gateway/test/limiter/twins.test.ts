import assert from 'node:assert/strict'
import type { LimitSpec } from '@stockgate/policy-schema'
import { type Decision, MemoryLimiter, type Receipt } from '@stockgate/rate-limit'
import { startRedis } from '@stockgate/test-kit'
import t from 'tap'
import { RedisLimiter } from '../../src/limiter/redis-limiter.ts'
import { openRedis } from '../../src/redis/index.ts'
import { calendar, charge, concurrency, rate } from './charges.ts'

/** Together a hundred thousand. */
const RUNS = 200
const STEPS = 500
/** So many histories run side by side, each with counters and a clock of its own. */
const AT_ONCE = 10

const SECOND = 1_000_000
const DAY = 86_400 * SECOND
/** The evening before Berlin puts its clock back. */
const START = Date.UTC(2026, 9, 24, 21, 59, 30) * 1_000

/** Limits as an owner may be moved among them while its counters live: other quotas, windows and zones. */
const TIERS: readonly (readonly LimitSpec[])[] = [
  [rate('burst', 3, 1)],
  [rate('burst', 7, 2), rate('sustained', 20, 9), calendar('daily', 60, 'day', 'Europe/Berlin')],
  [rate('burst', 11, 2), calendar('daily', 40, 'day', 'Europe/Berlin'), concurrency('flight', 4)],
  [calendar('daily', 90, 'day', 'America/New_York'), concurrency('flight', 2), rate('sustained', 11, 60)],
  [calendar('daily', 500, 'month', 'Europe/Berlin'), rate('long', 49_999_991, 2_678_400)],
  [concurrency('flight', 3), rate('burst', 13, 5), concurrency('narrow', 1)],
]
const ADDED = { tighter: TIERS[2] as LimitSpec[], wider: [rate('burst', 97, 3), concurrency('flight', 5)] }

interface Step {
  readonly act: 'decide' | 'peek' | 'settle' | 'release' | 'renew' | 'midnight' | 'before midnight'
  readonly owner: string
  readonly tier: number
  readonly scored: boolean
  readonly cost: number
  readonly which: number
  readonly pause: number
}

/** Steps by a generator of random numbers that a seed determines (mulberry32). */
function steps(seed: number): () => Step {
  let state = seed
  const random = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (bound: number) => Math.floor(random() * bound)
  /** One of these, each as often as its number says. */
  const weighed = <T>(...choices: readonly (readonly [number, T])[]): T => {
    let at = below(choices.reduce((sum, [weight]) => sum + weight, 0))
    for (const [weight, choice] of choices) {
      at -= weight
      if (at < 0) return choice
    }
    throw new Error('there is always one')
  }
  return () => ({
    act: weighed(
      [40, 'decide'],
      [4, 'peek'],
      [12, 'settle'],
      [16, 'release'],
      [4, 'renew'],
      // To the first or the last microsecond of a day.
      [1, 'midnight'],
      [1, 'before midnight'],
    ),
    owner: ['client:demo', 'address:2001:db8::/64', 'user:42'][below(3)] as string,
    tier: weighed([1, 2], [2, below(TIERS.length)]),
    scored: random() < 0.5,
    cost: weighed([5, 1], [3, below(10)], [1, below(121)]),
    which: below(12),
    pause: weighed(
      [20, 0],
      [8, [1, 285_714, 285_715, 333_333, 333_334][below(5)] as number],
      [3, below(2 * SECOND)],
      [2, ([10, 30, 30, 30][below(4)] as number) * SECOND + below(3) - 1],
      [1, below(3_600 * SECOND)],
      // A clock that is set back a little.
      [2, -below(3 * SECOND)],
    ),
  })
}

/** What both twins said to one request; theirs comes later. */
interface Pair {
  readonly ours: Decision
  readonly theirs: Promise<Decision>
}

/** What is to be the same: all but whose receipt it is. */
function told({ decidedBy: _, receipt, ...rest }: Decision) {
  return { ...rest, receipt: receipt !== null }
}

class Twins {
  now = START
  readonly seen = { refused: 0, otherwise: 0, settled: 0, released: 0 }
  readonly #memory: MemoryLimiter
  readonly #redis: RedisLimiter
  #pairs: Pair[] = []
  readonly #receipts: [Receipt, Receipt][] = []

  constructor(redis: ConstructorParameters<typeof RedisLimiter>[0]['redis'], prefix: string) {
    const now = () => this.now
    this.#memory = new MemoryLimiter({ now, heartbeatMs: 0, grace: 3_600 * SECOND })
    const redisClock = () => `=${this.now}`
    this.#redis = new RedisLimiter({ redis, prefix, now, redisClock, heartbeatMs: 0, answerWithinMs: 30_000 })
  }

  play({ act, owner, tier, scored, cost, which, pause }: Step): void {
    this.now += pause
    const request = charge(owner, TIERS[tier] as LimitSpec[], cost, scored ? ADDED : {})
    if (act === 'decide' || act === 'peek') {
      const theirs = this.#redis[act](request)
      theirs.catch(() => {})
      this.#pairs.push({ ours: this.#memory[act](request), theirs })
    } else if (act === 'renew') {
      this.#memory.renew()
      this.#redis.renew()
    } else if (act === 'midnight' || act === 'before midnight') {
      const midnight = (Math.floor(this.now / DAY) + 1) * DAY - (which % 3 === 0 ? 2 : 1) * 3_600 * SECOND
      if (midnight > this.now) this.now = act === 'midnight' ? midnight : midnight - 1
    } else if (this.#receipts.length > 0) {
      const at = this.#receipts.length - 1 - (which % this.#receipts.length)
      const [mine, theirs] = this.#receipts[at] as [Receipt, Receipt]
      if (act === 'settle') {
        this.#memory.settle(mine, cost)
        this.#redis.settle(theirs, cost)
        this.seen.settled++
      } else {
        this.#receipts.splice(at, 1)
        this.#memory.release(mine)
        this.#redis.release(theirs)
        this.seen.released++
      }
    }
  }

  /** Waits for all answers so far and compares them. */
  async compare(): Promise<void> {
    const pairs = this.#pairs
    this.#pairs = []
    for (const { ours, theirs } of pairs) {
      const other = await theirs
      assert.deepEqual(told(other), told(ours))
      if (ours.receipt && other.receipt) this.#receipts.push([ours.receipt, other.receipt])
      if (!ours.allowed) this.seen.refused++
      if (ours.candidates.some(({ allowed }) => allowed !== ours.allowed)) this.seen.otherwise++
    }
    await this.#redis.idle()
    assert.equal(this.#redis.lost, 0)
  }
}

// The runner's usual half minute is short on a busy machine.
t.setTimeout(120_000)

t.test('memory and Redis say the same over a hundred thousand random steps', async (t) => {
  t.setTimeout(120_000)
  const redis = await openRedis((await startRedis(t)).url, { required: true })
  redis.setMaxListeners(0)
  t.teardown(() => redis.disconnect())
  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))
  t.comment(`SEED=${seed}`)
  const seen = { refused: 0, otherwise: 0, settled: 0, released: 0 }
  const play = async (run: number) => {
    const twins = new Twins(redis, `run-${run}:`)
    const next = steps(seed + run)
    for (let count = 1; count <= STEPS; count++) {
      const step = next()
      // Only answers that are in have places to renew.
      if (step.act === 'renew') await twins.compare()
      twins.play(step)
      if (count % 16 === 0) await twins.compare()
    }
    await twins.compare()
    for (const key of Object.keys(seen) as (keyof typeof seen)[]) seen[key] += twins.seen[key]
  }
  for (let run = 0; run < RUNS; run += AT_ONCE)
    await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => play(run + index)))
  t.comment(seen)
  for (const [what, count] of Object.entries(seen)) t.ok(count > 2_000, `${what} ${count} times`)
})
