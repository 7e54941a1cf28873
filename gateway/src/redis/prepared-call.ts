import { Command, type Redis } from 'ioredis'
import type { Script } from './script.ts'

/**
 * A script call that is made over and over with the same keys and arguments but for the last few: what stays the same
 * is written in Redis' protocol once. What it answers is handed on at once, without a promise: at thousands of calls a
 * second building commands and passing promises along costs more than all that is done with the answer.
 */
export class PreparedCall {
  readonly #script: Script
  readonly #keys: readonly string[]
  readonly #args: readonly (string | number)[]
  readonly #written: string

  /** @param more how many arguments each call adds to `args`. */
  constructor(script: Script, keys: readonly string[], args: readonly (string | number)[], more: number) {
    this.#script = script
    this.#keys = keys
    this.#args = args
    const words = ['EVALSHA', script.sha, keys.length, ...keys, ...args]
    this.#written = `*${words.length + more}\r\n${words.map(written).join('')}`
  }

  /** Calls once with the last arguments given; exactly one of the two listeners hears of it, exactly once. */
  send(
    redis: Redis,
    last: readonly (string | number)[],
    onReply: (reply: unknown) => void,
    onError: (error: Error) => void,
  ): void {
    let text = this.#written
    for (const word of last) text += written(word)
    const failed = (error: Error): void => {
      if (error.message.startsWith('NOSCRIPT'))
        this.#script.run(redis, this.#keys, [...this.#args, ...last]).then(onReply, onError)
      else onError(error)
    }
    redis.sendCommand(new WrittenCommand(text, onReply, failed))
  }
}

/** A command as the client library queues it, but written already, and without its promise. */
class WrittenCommand extends Command {
  readonly #text: string

  constructor(text: string, onReply: (reply: unknown) => void, onError: (error: Error) => void) {
    super('evalsha')
    this.#text = text
    this.resolve = onReply
    this.reject = onError
  }

  override toWritable(): string {
    return this.#text
  }
}

function written(word: string | number): string {
  const text = String(word)
  return `$${Buffer.byteLength(text)}\r\n${text}\r\n`
}
