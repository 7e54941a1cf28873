import { randomUUID } from 'node:crypto'
import { SECOND } from '@stockgate/rate-limit'
import type { Redis } from 'ioredis'
import { answerWithin, Script } from '../redis/index.ts'
import type { HandedOver, StoreCare } from './shared-counters.ts'

const probeScript = new Script(new URL('./probe.lua', import.meta.url))
const handOverScript = new Script(new URL('./hand-over.lua', import.meta.url))

/** So many counters are on their way at once, for decisions of other gateways pass between two batches. */
const BATCH = 250
const BATCH_WITHIN_MS = 1_000

export interface RedisCareOptions {
  /** The connection that decisions take: what is handed over on it goes ahead of every later decision. */
  readonly redis: Redis
  readonly prefix?: string
  readonly answerWithinMs?: number
}

/** The end of an outage, done in Redis. */
export class RedisCare implements StoreCare {
  readonly #redis: Redis
  readonly #prefix: string
  readonly #answerWithinMs: number

  constructor({ redis, prefix = 'stockgate:limit:', answerWithinMs = 50 }: RedisCareOptions) {
    this.#redis = redis
    this.#prefix = prefix
    this.#answerWithinMs = answerWithinMs
    probeScript.teach(redis)
    handOverScript.teach(redis)
  }

  async probe(): Promise<string> {
    const mark = probeScript.run(this.#redis, [`${this.#prefix}mark`], [randomUUID()])
    return String(await answerWithin(mark, this.#answerWithinMs))
  }

  async handOver(changes: readonly HandedOver[]): Promise<void> {
    const wanted = changes.filter(({ counter }) => counter.spec.kind !== 'concurrency')
    for (let from = 0; from < wanted.length; from += BATCH) {
      // All of a batch is sent before the first answer is waited for.
      const batch = wanted.slice(from, from + BATCH).map((change) => this.#hand(change))
      await answerWithin(Promise.all(batch), BATCH_WITHIN_MS)
    }
  }

  #hand({ counter: { id, spec }, base, added, start, end }: HandedOver): Promise<unknown> {
    const keys = [this.#prefix + id]
    if (spec.kind === 'rate') {
      const debt = base?.kind === 'rate' ? base.micros + (base.part > 0 ? 1 : 0) : 0
      return handOverScript.run(this.#redis, keys, ['r', spec.quota, spec.window * SECOND, debt, added])
    }
    const count = base?.kind === 'calendar' && base.start === start ? base.count : 0
    return handOverScript.run(this.#redis, keys, ['c', start, end, count, added])
  }
}
