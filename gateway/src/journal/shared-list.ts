import type { Redis } from 'ioredis'
import { answerWithin, Script } from '../redis/index.ts'
import type { Line } from './line.ts'

const readScript = new Script(new URL('./read.lua', import.meta.url))
const appendScript = new Script(new URL('./append.lua', import.meta.url))
const overruleScript = new Script(new URL('./overrule.lua', import.meta.url))

const ANSWER_WITHIN_MS = 1_000
/** Entries read or put back at once: no call may hold up the others that share this Redis. */
const PAGE = 200

/** How the list in Redis stands against the lines known here. */
export interface Look {
  readonly length: number
  /** Whether the newest line that both have is the same, and so all before it. */
  readonly same: boolean
  /** Texts of lines behind those known; perhaps not all of them. */
  readonly more: readonly string[]
}

/** The list of a journal in Redis. Everything rejects when Redis does not answer within a second. */
export class SharedList {
  /** Of the list, and of the channel on which a new length is told. */
  readonly key: string
  readonly #redis: Redis

  constructor(redis: Redis, name: string) {
    this.#redis = redis
    this.key = `stockgate:journal:${name}`
  }

  reachable(): boolean {
    return this.#redis.status === 'ready'
  }

  async look(known: readonly Line<unknown>[]): Promise<Look> {
    const reply = await this.#run(readScript, [known.length, PAGE])
    const [length, head, more] = reply as [number, string, string[]]
    const both = Math.min(length, known.length)
    return { length, same: both === 0 || head === known[both - 1]?.head, more }
  }

  /** Adds lines behind the one before them; false where that one is not the newest. At most a page of them. */
  async append(previous: Line<unknown> | undefined, lines: readonly Line<unknown>[]): Promise<boolean> {
    const texts = lines.slice(0, PAGE).map(({ text }) => text)
    return (await this.#run(appendScript, [previous?.number ?? 0, previous?.head ?? '', ...texts])) === 1
  }

  /** Every text there is. */
  async all(): Promise<string[]> {
    const texts: string[] = []
    for (;;) {
      const [, , more] = (await this.#run(readScript, [texts.length, PAGE])) as [number, string, string[]]
      texts.push(...more)
      if (more.length < PAGE) return texts
    }
  }

  /** Puts other lines in the place of these; false where they are no longer what is there. */
  async overrule(these: readonly Line<unknown>[], others: readonly Line<unknown>[]): Promise<boolean> {
    const texts = others.map(({ text }) => text)
    return (await this.#run(overruleScript, [these.length, these.at(-1)?.text ?? '', ...texts])) === 1
  }

  #run(script: Script, args: readonly (string | number)[]): Promise<unknown> {
    if (!this.reachable()) return Promise.reject(new Error('Redis is out of reach'))
    return answerWithin(script.run(this.#redis, [this.key], args), ANSWER_WITHIN_MS)
  }
}
