import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Redis } from 'ioredis'

/** A Lua script that Redis runs as one step. */
export class Script {
  readonly #text: string
  /** What Redis knows it by. */
  readonly sha: string

  /** Where the script lies: `new URL('./name.lua', import.meta.url)`. */
  constructor(file: URL) {
    this.#text = readFileSync(file, 'utf8')
    this.sha = createHash('sha1').update(this.#text).digest('hex')
  }

  async run(redis: Redis, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    try {
      return await redis.evalsha(this.sha, keys.length, ...keys, ...args)
    } catch (error) {
      // A Redis that was restarted has forgotten the script; EVAL runs it and teaches it again.
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error
      return await redis.eval(this.#text, keys.length, ...keys, ...args)
    }
  }

  /** Teaches the script on this and every later connection before it is needed. */
  teach(redis: Redis): void {
    const load = () => void redis.script('LOAD', this.#text).catch(() => {})
    if (redis.status === 'ready') load()
    redis.on('ready', load)
  }
}
