import type { LimitsPolicy } from '@stockgate/policy-schema'
import {
  type Charge,
  type Counter,
  createPlanner,
  type Decision,
  type Group,
  type LimitPlan,
  MemoryLimiter,
  type Planner,
  RENEW_AFTER,
  type Receipt,
} from '@stockgate/rate-limit'
import type { Call } from '../traffic/call.ts'
import type { Demand } from './demand.ts'
import { keyOf, LimitUse, setOf } from './limit-use.ts'
import { Pending } from './pending.ts'

/** A plan with what the replay keeps for it. */
interface Planned {
  readonly charge: Charge
  readonly uses: readonly LimitUse[]
  readonly holdsPlaces: boolean
}

/** What happens when an admitted call ends. */
interface Ending {
  readonly receipt: Receipt
  readonly settled: number | null
}

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
  readonly #uses = new Map<string, LimitUse>()
  /** For calls whose end is known, and for those whose end is not: places cannot be counted for them. */
  readonly #timed = new WeakMap<LimitPlan, Planned>()
  readonly #untimed = new WeakMap<LimitPlan, Planned>()
  readonly #endings = new Pending<Ending>()
  #now = 0
  #renewed = 0

  constructor(policy: LimitsPolicy, { demand, maxCounters = 500_000 }: EngineOptions = {}) {
    this.#planner = createPlanner(policy)
    this.#limiter = new MemoryLimiter({ now: () => this.#now, maxCounters, heartbeatMs: 0 })
    this.#demand = demand
  }

  /** Every limit that was in force for any call, in the order they were met. */
  get uses(): readonly LimitUse[] {
    return [...this.#uses.values()]
  }

  /** Calls come in the order they began. Answers as the gateway would have. */
  decide(call: Call): Decision {
    this.#endUntil(call.at)
    this.#now = call.at
    this.#renewPlaces()
    const plan = this.#planner.plan(call.caller, call.route, Math.floor(call.at / 1000))
    const { charge, uses, holdsPlaces } = this.#plannedFor(plan, call)
    const asked = call.cost === 1 ? charge : { ...charge, cost: call.cost }
    const decision = this.#limiter.decide(asked)
    for (let index = 0; index < uses.length; index++) {
      const state = decision.limits[index]
      if (state !== undefined) (uses[index] as LimitUse).count(state, call.at)
    }
    this.#demand?.attempt(call, charge.groups[0].counters, uses)
    if (decision.receipt !== null) this.#ending(call, decision.receipt, holdsPlaces)
    return decision
  }

  /** What the heartbeat of a running limiter does every few seconds. */
  #renewPlaces(): void {
    if (this.#now - this.#renewed < RENEW_AFTER) return
    this.#renewed = this.#now
    this.#limiter.renew()
  }

  #ending(call: Call, receipt: Receipt, holdsPlaces: boolean): void {
    const { end, settled } = call
    if (settled === null && !holdsPlaces) return
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

  #plannedFor(plan: LimitPlan, { end }: Call): Planned {
    const known = end === null ? this.#untimed : this.#timed
    const met = known.get(plan)
    if (met !== undefined) return met
    const planned = this.#prepare(plan, end !== null)
    known.set(plan, planned)
    return planned
  }

  /** Candidates are left out: they refuse nothing, and scoring them would cost as much again. */
  #prepare(plan: LimitPlan, timed: boolean): Planned {
    const [{ candidate, counters: all }] = plan.groups
    const counters = timed ? all : all.filter(({ spec }) => spec.kind !== 'concurrency')
    const group: Group = { candidate, counters }
    return {
      charge: { owner: plan.owner, groups: [group], cost: 1 },
      uses: counters.map((counter) => this.#useOf(plan, counter)),
      holdsPlaces: counters.some(({ spec }) => spec.kind === 'concurrency'),
    }
  }

  #useOf(plan: LimitPlan, { spec, id }: Counter): LimitUse {
    const set = setOf(id)
    const key = keyOf(set, spec)
    const met = this.#uses.get(key)
    if (met !== undefined) return met
    const use = new LimitUse(set, spec, plan.rule)
    this.#uses.set(key, use)
    return use
  }
}
