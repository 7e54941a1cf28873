import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Redis } from 'ioredis'
import { answerWithin } from '../redis/answer-within.ts'
import { boundedKey } from './bounded-key.ts'
import { decisionOf } from './decision.ts'
import { assertCost, type Verdict } from './gcra.ts'
import type { Decision, LimitSpec } from './limiter.ts'
import { SECOND } from './span.ts'

const script = readFileSync(new URL('./gcra.lua', import.meta.url), 'utf8')
const scriptSha = createHash('sha1').update(script).digest('hex')

export interface RedisLimiterOptions {
  /** A connection for this limiter alone, see `openRedis`; `close` ends it. */
  readonly redis: Redis
  readonly prefix?: string
  /** How long a decision may take before `decide` rejects. */
  readonly answerWithinMs?: number
  /** Replaces Redis' own clock, in tests only. */
  readonly now?: () => number
}

/**
 * Counters that any number of gateways share: one script call decides all limits of a request by Redis' clock.
 * Unlike a Limiter it rejects when Redis does not answer in time; FallbackLimiter decides what happens then.
 */
export class RedisLimiter {
  readonly #redis: Redis
  readonly #prefix: string
  readonly #answerWithinMs: number
  readonly #now: (() => number) | undefined

  constructor({ redis, prefix = 'stockgate:limit:', answerWithinMs = 50, now }: RedisLimiterOptions) {
    this.#redis = redis
    this.#prefix = prefix
    this.#answerWithinMs = answerWithinMs
    this.#now = now
    // Before the first decision on each connection: a burst that meets a Redis without the script asks twice.
    const teach = () => void redis.script('LOAD', script).catch(() => {})
    if (redis.status === 'ready') teach()
    redis.on('ready', teach)
  }

  /** Whether the connection is up. While it is not, `decide` rejects at once. */
  reachable(): boolean {
    return this.#redis.status === 'ready'
  }

  async decide(key: string, limits: readonly LimitSpec[], cost: number): Promise<Decision> {
    assertCost(cost)
    if (limits.length === 0) return decisionOf(limits, cost, [])
    // The braces put all counters of one key into one slot of a cluster, where a script may reach them together.
    const tag = `${this.#prefix}{${boundedKey(key)}}:`
    const args: (string | number)[] = limits.map((limit) => tag + limit.name)
    args.push(cost, this.#now ? this.#now() : '')
    for (const { quota, window } of limits) args.push(quota, window * SECOND)
    const reply = await answerWithin(this.#run(limits.length, args), this.#answerWithinMs)
    return decisionOf(limits, cost, verdictsOf(reply))
  }

  async close(): Promise<void> {
    this.#redis.disconnect()
  }

  async #run(keys: number, args: readonly (string | number)[]): Promise<unknown> {
    try {
      return await this.#redis.evalsha(scriptSha, keys, ...args)
    } catch (error) {
      // A Redis that was restarted has forgotten the script; EVAL runs it and teaches it again.
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error
      return await this.#redis.eval(script, keys, ...args)
    }
  }
}

function verdictsOf(reply: unknown): Verdict[] {
  const numbers = reply as number[]
  const verdicts: Verdict[] = []
  for (let at = 0; at < numbers.length; at += 3) {
    const [fits, micros, part] = numbers.slice(at, at + 3) as [number, number, number]
    verdicts.push({ fits: fits === 1, debt: { micros, part } })
  }
  return verdicts
}
