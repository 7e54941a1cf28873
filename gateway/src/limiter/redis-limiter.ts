import {
  assertCost,
  type CandidateVerdict,
  type Charge,
  type Counter,
  type CounterReading,
  correction,
  type Decision,
  decisionOf,
  epochMicros,
  type Group,
  NO_CANDIDATES,
  RENEW_AFTER,
  type Receipt,
  type RefusalNote,
  SECOND,
  type Standing,
  Taken,
  verdictOf,
} from '@stockgate/rate-limit'
import type { Redis } from 'ioredis'
import { answerWithin, Deadlines, OneWrite, Script } from '../redis/index.ts'
import { LooseEnds } from './loose-ends.ts'
import { RedisNotes } from './redis-notes.ts'
import { RedisPlaces } from './redis-places.ts'
import { type Prepared, placesOf, ScriptArguments } from './script-arguments.ts'
import { readingsOf, ScriptReply } from './script-reply.ts'

const decideScript = new Script(new URL('./decide.lua', import.meta.url))
const settleScript = new Script(new URL('./settle.lua', import.meta.url))

const LOOSE_ENDS = 1_024

export interface RedisLimiterOptions {
  /** A connection for this limiter alone; `close` ends it. */
  readonly redis: Redis
  readonly prefix?: string
  /** How long a decision may take before `decide` rejects. */
  readonly answerWithinMs?: number
  /** How often places of long requests are renewed; 0 leaves that to who calls `renew`. */
  readonly heartbeatMs?: number
  /** This gateway's clock, in microseconds since the epoch. It only tells where calendar periods lie. */
  readonly now?: () => number
  /** Told what the limits in force stand at after each decision, and by Redis' clock when. */
  readonly onReadings?: (
    counters: readonly Counter[],
    readings: readonly CounterReading[],
    now: number,
  ) => void
  /** Replaces Redis' own clock (`=micros`) or runs ahead of it (`+micros`), in tests only. */
  readonly redisClock?: () => string
}

/**
 * Counters that any number of gateways share: one script call decides all limits of a request, candidates included,
 * by Redis' clock. Unlike a Limiter it rejects when Redis does not answer in time; FallbackLimiter decides what
 * happens then.
 */
export class RedisLimiter {
  readonly #redis: Redis
  readonly #answerWithinMs: number
  readonly #now: () => number
  readonly #onReadings: RedisLimiterOptions['onReadings']
  readonly #redisClock: () => string
  readonly #arguments: ScriptArguments
  readonly #places: RedisPlaces
  readonly #notes: RedisNotes
  readonly #loose: LooseEnds
  readonly #oneWrite: OneWrite
  readonly #deadlines: Deadlines
  readonly #standings: Standing[] = []

  constructor({
    redis,
    prefix = 'stockgate:limit:',
    answerWithinMs = 50,
    heartbeatMs = RENEW_AFTER / 1_000,
    now = epochMicros,
    onReadings,
    redisClock = () => '',
  }: RedisLimiterOptions) {
    this.#redis = redis
    this.#answerWithinMs = answerWithinMs
    this.#now = now
    this.#onReadings = onReadings
    this.#redisClock = redisClock
    this.#arguments = new ScriptArguments(prefix, decideScript)
    this.#oneWrite = new OneWrite(redis)
    this.#deadlines = new Deadlines(answerWithinMs)
    this.#loose = new LooseEnds(
      LOOSE_ENDS,
      () => this.reachable(),
      () => this.#oneWrite.begin(),
    )
    this.#notes = new RedisNotes(redis, prefix)
    this.#places = new RedisPlaces({
      redis,
      arguments: this.#arguments,
      loose: this.#loose,
      redisClock,
      now,
      heartbeatMs,
    })
    // Before the first decision on each connection: a burst that meets a Redis without the script asks twice.
    for (const script of [decideScript, settleScript]) script.teach(redis)
  }

  /** Whether the connection is up. While it is not, `decide` rejects at once. */
  reachable(): boolean {
    return this.#redis.status === 'ready'
  }

  decide(charge: Charge): Promise<Decision> {
    return new Promise((resolve, reject) => {
      assertCost(charge.cost)
      const now = this.#now()
      const prepared = this.#arguments.deciding(charge.groups, now)
      const lease = prepared.places.length > 0 ? this.#places.nextLease() : 0
      const waiting = this.#deadlines.wait(reject)
      const onReply = (reply: unknown): void => {
        try {
          if (this.#deadlines.answered(waiting)) {
            resolve(this.#read(charge, new ScriptReply(reply), lease, now))
            return
          }
        } catch (error) {
          reject(error)
        }
        // Who did not wait will not free the places either that Redis has given.
        if (lease > 0) this.#places.free(prepared.places, lease)
      }
      const onError = (error: Error): void => {
        if (this.#deadlines.answered(waiting)) reject(error)
      }
      this.#ask(prepared, charge.cost, lease, now, onReply, onError)
    })
  }

  async peek(charge: Charge): Promise<Decision> {
    assertCost(charge.cost)
    const now = this.#now()
    const prepared = this.#arguments.peeking(charge.groups, now)
    const reply = new Promise((resolve, reject) => {
      this.#ask(prepared, charge.cost, 0, now, resolve, reject)
    })
    return this.#decision(
      charge,
      new ScriptReply(await answerWithin(reply, this.#answerWithinMs)),
      null,
      null,
    )
  }

  settle({ taken }: Receipt, cost: number): void {
    if (!(taken instanceof Taken) || taken.by !== this) return
    const delta = correction(taken, cost)
    const keys: string[] = []
    const args: (string | number)[] = [this.#redisClock(), delta]
    for (const { counters } of taken.groups) {
      for (const counter of counters) {
        const { spec, id } = counter
        if (spec.kind === 'concurrency') continue
        keys.push(this.#arguments.key(counter))
        if (spec.kind === 'rate') args.push('r', spec.quota, spec.window * SECOND)
        else args.push('c', spec.quota, taken.starts?.get(id) ?? 0)
      }
    }
    if (delta !== 0 && keys.length > 0) this.#loose.add(() => settleScript.run(this.#redis, keys, args))
  }

  release({ taken }: Receipt): void {
    if (taken instanceof Taken && taken.by === this) this.#places.release(taken)
  }

  /** Takes places that are in use already, whether or not they fit: those given out while Redis was away. */
  adopt(owner: string, places: readonly Counter[]): Receipt {
    const taken = new Taken(this, [], 0, this.#now())
    this.#places.adopt(taken, places)
    return { owner, cost: 0, decidedBy: 'redis', taken }
  }

  /** The heartbeat: renews the places of requests that have been in flight for a while. */
  renew(): void {
    this.#places.renew()
  }

  /** Renews every place held: those of a Redis that was away or lost its memory may be gone. */
  renewAll(): void {
    this.#places.renewAll()
  }

  note(owner: string, refusal: RefusalNote): void {
    this.#loose.add(() => this.#notes.add(owner, refusal))
  }

  refusals(owner: string): Promise<readonly RefusalNote[]> {
    return answerWithin(this.#notes.of(owner, this.#now() / 1_000), this.#answerWithinMs)
  }

  /** Corrections, freed places and notes that were lost because Redis was away or too slow. */
  get lost(): number {
    return this.#loose.dropped
  }

  /** Resolves when all corrections, freed places and notes that are under way have reached Redis or are lost. */
  idle(): Promise<void> {
    return this.#loose.idle()
  }

  async close(): Promise<void> {
    this.#places.close()
    this.#redis.disconnect()
  }

  #ask(
    { call, counters }: Prepared,
    cost: number,
    lease: number,
    now: number,
    onReply: (reply: unknown) => void,
    onError: (error: Error) => void,
  ): void {
    if (counters === 0) {
      onReply([now])
      return
    }
    this.#oneWrite.begin()
    call.send(this.#redis, [cost, this.#redisClock(), this.#places.leaseName(lease)], onReply, onError)
  }

  #read(charge: Charge, reply: ScriptReply, lease: number, now: number): Decision {
    const { owner, groups, cost } = charge
    const taken = new Taken(this, groups.length === 1 ? groups : [groups[0]], cost, now)
    const receipt: Receipt = { owner, cost, decidedBy: 'redis', taken }
    const decision = this.#decision(charge, reply, taken, receipt)
    if (lease > 0 && decision.allowed) this.#places.hold(taken, lease, placesOf(taken.groups))
    return decision
  }

  /** @param taken where the groups go that took the cost; null when none did. */
  #decision(
    { groups, cost }: Charge,
    reply: ScriptReply,
    taken: Taken | null,
    receipt: Receipt | null,
  ): Decision {
    const live = groups[0]
    const standings = this.#standings
    const at = { cost, now: reply.now, decidedBy: 'redis' } as const
    const verdicts: CandidateVerdict[] | undefined = groups.length === 1 ? undefined : []
    const allowed = reply.next(live, cost, standings)
    const decision = decisionOf(live, standings, at, verdicts ?? NO_CANDIDATES, allowed ? receipt : null)
    if (allowed) keepStarts(live, standings, taken)
    if (taken) this.#onReadings?.(live.counters, readingsOf(live, standings), reply.now)
    for (let index = 1; index < groups.length; index++) {
      const group = groups[index] as Group
      if (reply.next(group, cost, standings) && taken !== null) {
        if (allowed) (taken.groups as Group[]).push(group)
        keepStarts(group, standings, taken)
      }
      verdicts?.push(verdictOf(group, standings))
    }
    return decision
  }
}

/** Notes in which period each calendar quota has been counted. */
function keepStarts({ counters }: Group, standings: readonly Standing[], taken: Taken | null): void {
  if (taken === null) return
  for (let index = 0; index < counters.length; index++) {
    const { id, spec } = counters[index] as Counter
    if (spec.kind !== 'calendar') continue
    taken.starts ??= new Map()
    taken.starts.set(id, (standings[index] as Standing).start)
  }
}
