import { NOTES_KEPT_MS, NOTES_PER_OWNER, type RefusalNote, stillKept } from '@stockgate/rate-limit'
import type { Redis } from 'ioredis'

/** The newest refusals of each owner, in a list that goes a day after the last of them. */
export class RedisNotes {
  readonly #redis: Redis
  readonly #prefix: string

  constructor(redis: Redis, prefix: string) {
    this.#redis = redis
    this.#prefix = prefix
  }

  async add(owner: string, refusal: RefusalNote): Promise<void> {
    const key = this.#key(owner)
    await this.#redis
      .pipeline()
      .lpush(key, JSON.stringify(refusal))
      .ltrim(key, 0, NOTES_PER_OWNER - 1)
      .pexpire(key, NOTES_KEPT_MS)
      .exec()
  }

  /** Newest first; `now` in milliseconds since the epoch. */
  async of(owner: string, now: number): Promise<readonly RefusalNote[]> {
    const texts = await this.#redis.lrange(this.#key(owner), 0, NOTES_PER_OWNER - 1)
    return stillKept(
      texts.map((text) => JSON.parse(text) as RefusalNote),
      now,
    )
  }

  #key(owner: string): string {
    return `${this.#prefix}refused:{${owner}}`
  }
}
