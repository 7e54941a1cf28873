import type { Redis } from 'ioredis'

/**
 * Hands everything that is sent in one turn of the event loop to the system at once: a write to a socket costs more
 * than all that leads to it. Nothing waits for that, for what is sent goes out before the next turn.
 */
export class OneWrite {
  readonly #redis: Redis
  #begun = false

  constructor(redis: Redis) {
    this.#redis = redis
  }

  /** To be called before each command. */
  begin(): void {
    if (this.#begun) return
    const { stream } = this.#redis
    if (!stream) return
    this.#begun = true
    stream.cork()
    setImmediate(() => {
      this.#begun = false
      stream.uncork()
    })
  }
}
