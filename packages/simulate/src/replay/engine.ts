import type { LimitSpec, LimitsPolicy } from '@stockgate/policy-schema'
import {
  type Counter,
  createPlanner,
  type Decision,
  type Group,
  type LimitPlan,
  type LimitState,
  MemoryLimiter,
  type Planner,
  RENEW_AFTER,
  type Receipt,
} from '@stockgate/rate-limit'
import type { Call } from '../traffic/call.ts'
import type { Demand } from './demand.ts'
import { keyOf, LimitUse, setOf } from './limit-use.ts'
import { Pending } from './pending.ts'

/** What happens when an admitted call ends. */
interface Ending {
  readonly receipt: Receipt
  readonly settled: number | null
}

/** As many as there are callers remembered at once. */
const PLANS_KEPT = 5_000

export interface EngineOptions {
  /** Told of each attempt at each counter, admitted or not. */
  readonly demand?: Demand
  /** How many counters may live at once. */
  readonly maxCounters?: number
}

/**
 * Decides recorded calls by one policy, through the engine the gateway runs: its planner, its limiter, and a clock
 * that stands where the recording stood.
 */
export class Engine {
  readonly #planner: Planner
  readonly #limiter: MemoryLimiter
  readonly #demand: Demand | undefined
  readonly #all = new Map<string, LimitUse>()
  /** Of the call that is being decided; kept to make less garbage. */
  readonly #uses: LimitUse[] = []
  /** The same, found faster: most limits belong to one set alone. */
  readonly #usesBySpec = new WeakMap<LimitSpec, LimitUse>()
  readonly #endings = new Pending<Ending>()
  #now = 0
  #renewed = 0

  constructor(policy: LimitsPolicy, { demand, maxCounters = 500_000 }: EngineOptions = {}) {
    this.#planner = createPlanner(policy, { kept: PLANS_KEPT })
    this.#limiter = new MemoryLimiter({ now: () => this.#now, maxCounters, heartbeatMs: 0 })
    this.#demand = demand
  }

  /** Every limit that was in force for any call, in the order they were met. */
  get uses(): readonly LimitUse[] {
    return [...this.#all.values()]
  }

  /** Calls come in the order they began. Answers as the gateway would have. */
  decide(call: Call): Decision {
    this.#endUntil(call.at)
    this.#now = call.at
    this.#renewPlaces()
    const plan = this.#planner.plan(call.caller, call.route, Math.floor(call.at / 1000))
    const { counters } = plan.groups[0]
    const counted = call.end === null ? withoutPlaces(counters) : counters
    // Candidates are left out: they refuse nothing, and scoring them would cost as much again.
    const group: Group = { candidate: null, counters: counted }
    const decision = this.#limiter.decide({ owner: plan.owner, groups: [group], cost: call.cost })
    const uses = this.#uses
    uses.length = counted.length
    for (let index = 0; index < counted.length; index++) {
      const use = this.#useOf(plan, counted[index] as Counter)
      use.count(decision.limits[index] as LimitState, call.at)
      uses[index] = use
    }
    this.#demand?.attempt(call, plan.owner, counted, uses)
    if (decision.receipt !== null) this.#ending(call, decision.receipt, counted)
    return decision
  }

  /** What the heartbeat of a running limiter does every few seconds. */
  #renewPlaces(): void {
    if (this.#now - this.#renewed < RENEW_AFTER) return
    this.#renewed = this.#now
    this.#limiter.renew()
  }

  #ending({ end, settled }: Call, receipt: Receipt, counters: readonly Counter[]): void {
    if (settled === null && !counters.some(isPlaces)) return
    if (end !== null) this.#endings.add(end, { receipt, settled })
    else if (settled !== null) this.#limiter.settle(receipt, settled)
  }

  #endUntil(moment: number): void {
    for (let due = this.#endings.take(moment); due !== undefined; due = this.#endings.take(moment)) {
      this.#now = Math.max(this.#now, due.at)
      const { receipt, settled } = due.what
      if (settled !== null) this.#limiter.settle(receipt, settled)
      this.#limiter.release(receipt)
    }
  }

  #useOf({ rolledOut, rule }: LimitPlan, { spec, id }: Counter): LimitUse {
    // A rollout counts a limit of the tier that it leaves as it is under the same limit, but in its own set.
    const known = rolledOut === null ? this.#usesBySpec.get(spec) : undefined
    if (known !== undefined) return known
    const set = setOf(id)
    const key = keyOf(set, spec)
    let use = this.#all.get(key)
    if (use === undefined) {
      use = new LimitUse(set, spec, rule)
      this.#all.set(key, use)
    }
    if (rolledOut === null) this.#usesBySpec.set(spec, use)
    return use
  }
}

function withoutPlaces(counters: readonly Counter[]): readonly Counter[] {
  return counters.some(isPlaces) ? counters.filter((counter) => !isPlaces(counter)) : counters
}

function isPlaces({ spec }: Counter): boolean {
  return spec.kind === 'concurrency'
}
