import { randomBytes } from 'node:crypto'
import { type Counter, HeldPlaces, type Taken } from '@stockgate/rate-limit'
import type { Redis } from 'ioredis'
import { Script } from '../redis/index.ts'
import type { LooseEnds } from './loose-ends.ts'
import type { ScriptArguments } from './script-arguments.ts'

const renewScript = new Script(new URL('./renew.lua', import.meta.url))

export interface RedisPlacesOptions {
  readonly redis: Redis
  readonly arguments: ScriptArguments
  readonly loose: LooseEnds
  readonly redisClock: () => string
  /** This gateway's clock, in microseconds. */
  readonly now: () => number
  /** 0: without a heartbeat. */
  readonly heartbeatMs: number
}

/** The places that requests of this gateway hold in shared concurrency limits, each for a lease that is renewed. */
export class RedisPlaces {
  readonly #redis: Redis
  readonly #arguments: ScriptArguments
  readonly #loose: LooseEnds
  readonly #redisClock: () => string
  readonly #now: () => number
  readonly #held: HeldPlaces
  /** Tells the places of this gateway from those of all others. */
  readonly #member = randomBytes(9).toString('base64url')
  #lease = 0

  constructor({ redis, arguments: args, loose, redisClock, now, heartbeatMs }: RedisPlacesOptions) {
    this.#redis = redis
    this.#arguments = args
    this.#loose = loose
    this.#redisClock = redisClock
    this.#now = now
    this.#held = new HeldPlaces(() => this.renew(), heartbeatMs)
    renewScript.teach(redis)
  }

  /** The number of a new lease, the same in all limits of a request. */
  nextLease(): number {
    return ++this.#lease
  }

  /** What Redis knows a lease by; nothing for none. */
  leaseName(lease: number): string {
    return lease > 0 ? `${this.#member}:${lease}` : ''
  }

  /** Goes on renewing these places until they are released. */
  hold(taken: Taken, lease: number, places: readonly Counter[]): void {
    taken.lease = lease
    taken.places = [...places]
    if (places.length > 0) this.#held.add(taken)
  }

  release(taken: Taken): void {
    if (this.#held.remove(taken)) this.free(taken.places, taken.lease)
  }

  free(places: readonly Counter[], lease: number): void {
    const name = this.leaseName(lease)
    for (const counter of places) {
      const key = this.#arguments.key(counter)
      this.#loose.add(() => this.#redis.zrem(key, name).catch(unlessOfAnotherKind))
    }
  }

  /** Takes places that are in use already, whether or not they fit. */
  adopt(taken: Taken, places: readonly Counter[]): void {
    this.hold(taken, this.nextLease(), places)
    this.#renew([taken])
  }

  /** The heartbeat: renews the places of requests that have been in flight for a while. */
  renew(): void {
    this.#renew(this.#held.due(this.#now()))
  }

  /** Renews every place held. */
  renewAll(): void {
    this.#renew(this.#held.due(Number.POSITIVE_INFINITY))
  }

  close(): void {
    this.#held.clear()
  }

  #renew(held: readonly Taken[]): void {
    const owners = new Map<string, { keys: string[]; leases: string[] }>()
    for (const { places, lease } of held) {
      for (const counter of places) {
        // One call for each owner: in a cluster the counters of two may lie on different nodes.
        const owner = counter.id.slice(0, counter.id.indexOf('}'))
        const batch = owners.get(owner) ?? { keys: [], leases: [] }
        batch.keys.push(this.#arguments.key(counter))
        batch.leases.push(this.leaseName(lease))
        owners.set(owner, batch)
      }
    }
    for (const { keys, leases } of owners.values())
      this.#loose.add(() => renewScript.run(this.#redis, keys, [this.#redisClock(), ...leases]))
  }
}

/** Under the name of a concurrency limit there may by now be a counter of another kind; its places are gone then. */
function unlessOfAnotherKind(error: Error): void {
  if (!error.message.startsWith('WRONGTYPE')) throw error
}
