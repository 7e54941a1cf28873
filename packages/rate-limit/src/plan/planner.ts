import type { LimitSpec, LimitsPolicy, Override, Partition, Tier } from '@stockgate/policy-schema'
import { LRUCache } from 'lru-cache'
import { boundedKey } from '../bounded-key.ts'
import type { CallerFacts, LimitPlan, Planner, RouteFacts } from '../plan.ts'
import { buildPlan } from './build-plan.ts'
import { factOf } from './counter-id.ts'
import { type RulesInForce, rulesInForce } from './in-force.ts'
import { overrideAt } from './override.ts'
import { type ScheduleInForce, scheduleAt } from './schedule.ts'

/** How many clients, and how many plans of callers that share a client, are kept ready. */
const KEPT = 20_000
const NO_OVERRIDES: readonly Override[] = []

/** The rules of one client until one of them begins or ends, with the plans already made. */
interface Situation {
  readonly from: number
  readonly until: number
  readonly anonymous: boolean
  readonly rules: RulesInForce
  readonly ownerPer: Partition
  readonly bare: Shape
  readonly byRoute: WeakMap<readonly LimitSpec[], Shape>
}

/** The plans of one situation for routes with the same limits. */
interface Shape {
  readonly number: number
  readonly service: string
  /** What tells callers of the client apart; none where one plan serves all of them. */
  readonly facts: readonly Partition[]
  plan: LimitPlan | null
}

/**
 * Chooses limits by `policy`. A call in a known situation costs a map look-up and a comparison of times; so many
 * clients, and plans, are `kept` ready for that.
 */
export function createPlanner(
  policy: LimitsPolicy,
  { kept = KEPT }: { readonly kept?: number } = {},
): Planner {
  return new PolicyPlanner(policy, kept)
}

class PolicyPlanner implements Planner {
  readonly #policy: LimitsPolicy
  readonly #overrides = new Map<string, Override[]>()
  readonly #schedules = new Map<string, ScheduleInForce>()
  readonly #situations: LRUCache<string, Situation>
  readonly #plans: LRUCache<string, LimitPlan>
  #anonymous: Situation | undefined
  #shapes = 0

  constructor(policy: LimitsPolicy, kept: number) {
    this.#policy = policy
    this.#situations = new LRUCache({ max: kept })
    this.#plans = new LRUCache({ max: kept })
    for (const override of policy.overrides) {
      const own = this.#overrides.get(override.client)
      if (own) own.push(override)
      else this.#overrides.set(override.client, [override])
    }
  }

  plan(caller: CallerFacts, route: RouteFacts, now: number): LimitPlan {
    const situation = this.#situationOf(caller.clientId, now)
    const shape = route.limits.length === 0 ? situation.bare : this.#shapeOn(route, situation)
    if (shape.plan) return shape.plan
    const build = () => buildPlan(situation.rules, situation.ownerPer, caller, route)
    if (shape.facts.length === 0) {
      shape.plan = build()
      return shape.plan
    }
    const key = keyOf(shape, caller)
    const known = this.#plans.get(key)
    if (known) return known
    const plan = build()
    this.#plans.set(key, plan)
    return plan
  }

  #situationOf(clientId: string | null, now: number): Situation {
    const known = clientId === null ? this.#anonymous : this.#situations.get(clientId)
    if (known && known.from <= now && now < known.until) return known
    const situation = this.#situationAt(clientId, now)
    if (clientId === null) this.#anonymous = situation
    else this.#situations.set(clientId, situation)
    return situation
  }

  #situationAt(clientId: string | null, now: number): Situation {
    const { tiers, clients, defaultTier, anonymousTier } = this.#policy
    const overrides = clientId === null ? NO_OVERRIDES : (this.#overrides.get(clientId) ?? NO_OVERRIDES)
    const { override, ...lease } = overrideAt(overrides, now)
    const own = clientId === null ? anonymousTier : (clients[clientId] ?? defaultTier)
    const tier = tiers[override?.tier ?? own] as Tier
    const { schedule, ...hours } = this.#scheduleOf(tier, now)
    const rules = rulesInForce(this.#policy, clientId, tier, schedule, override)
    // A client put into the tier of anonymous calls is still one client, from however many addresses it calls.
    const ownerPer = clientId !== null && tier.name === anonymousTier ? 'client' : tier.per
    return {
      from: Math.max(lease.from, hours.from),
      until: Math.min(lease.until, hours.until),
      anonymous: clientId === null,
      rules,
      ownerPer,
      bare: this.#shape(rules, ownerPer, clientId === null, { service: '', limits: [] }),
      byRoute: new WeakMap(),
    }
  }

  /** All clients of a tier share the look at its calendar. */
  #scheduleOf(tier: Tier, now: number): ScheduleInForce {
    const known = this.#schedules.get(tier.name)
    if (known && known.from <= now && now < known.until) return known
    const found = scheduleAt(tier.schedules, now)
    this.#schedules.set(tier.name, found)
    return found
  }

  #shapeOn(route: RouteFacts, { rules, ownerPer, anonymous, byRoute }: Situation): Shape {
    const known = byRoute.get(route.limits)
    if (known?.service === route.service) return known
    const shape = this.#shape(rules, ownerPer, anonymous, route)
    byRoute.set(route.limits, shape)
    return shape
  }

  #shape(
    { base, override, candidates }: RulesInForce,
    ownerPer: Partition,
    anonymous: boolean,
    route: RouteFacts,
  ): Shape {
    const limits = [
      ...base,
      ...(override?.limits ?? []),
      ...candidates.flatMap((candidate) => candidate.limits),
      ...route.limits,
    ]
    const facts = new Set<Partition>([ownerPer, ...limits.flatMap(({ per }) => per ?? [])])
    // Within one situation the client is always the same; without one the address stands for it.
    facts.delete('client')
    if (anonymous) facts.add('address')
    return { number: this.#shapes++, service: route.service, facts: [...facts], plan: null }
  }
}

/** Facts are told with their length, so no two callers run into one text. */
function keyOf({ number, facts }: Shape, caller: CallerFacts): string {
  let key = String(number)
  for (const per of facts) {
    const fact = factOf(per, caller)
    if (fact === null) key += '\n-'
    else {
      const text = fact.length > 200 ? boundedKey(fact) : fact
      key += `\n${text.length}:${text}`
    }
  }
  return key
}
