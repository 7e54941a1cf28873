import { randomUUID } from 'node:crypto'
import { type CounterReading, SECOND } from '@stockgate/rate-limit'
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
  /** Tells the counters of this gateway from those of the others. */
  readonly #gateway = randomUUID()

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

  #hand({ counter: { id, spec }, base, own, before, gateways }: HandedOver): Promise<unknown> {
    const keys = [this.#prefix + id, `${this.#prefix}back:${id}`]
    if (spec.kind === 'rate') {
      const args = ['r', spec.quota, spec.window * SECOND, debtOf(base), gateways, this.#gateway]
      if (own) args.push(debtOf(own), before ?? '')
      return handOverScript.run(this.#redis, keys, args)
    }
    const period = own ?? base
    if (period?.kind !== 'calendar') return Promise.resolve()
    const { start, end } = period
    const known = base?.kind === 'calendar' && base.start === start ? base.count : 0
    const added = own ? period.count - (before ?? 0) : 0
    return handOverScript.run(this.#redis, keys, ['c', start, end, known, added])
  }
}

function debtOf(reading: CounterReading | undefined): number {
  return reading?.kind === 'rate' ? reading.micros + (reading.part > 0 ? 1 : 0) : 0
}
