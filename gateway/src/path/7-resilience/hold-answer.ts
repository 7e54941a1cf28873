import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Answer, ARRIVED, type Dispatch, type Passing } from '../context.ts'
import type { Budget } from './budget.ts'
import type { Reader, WaitingReaders } from './waiting-readers.ts'

/** An answer up to this size is taken off its service whole while the client is slow to read it. */
const HELD_MOST = 1024 * 1024
type Body = Answer['body']

/**
 * Takes answers off the service faster than their clients read them, into memory that is accounted for: the service is
 * done with a slow reader as soon as the answer is here, and its place and connection are free. Larger answers keep
 * them while they stream; they are `waiting` whenever their client is behind.
 */
export function holdAnswer(budget: Budget, waiting: WaitingReaders): (inner: Dispatch) => Dispatch {
  return (inner) => (outbound, done) => {
    inner(outbound, (error, answer) => {
      if (answer !== undefined) {
        const { request, reply } = outbound
        request.passing = new HeldAnswer(answer, request, reply, { budget, waiting })
      }
      done(error, answer)
    })
  }
}

interface Parts {
  readonly budget: Budget
  readonly waiting: WaitingReaders
}

/** One answer. The stream of undici is kept, with its errors and its end; only what it takes in is decided here. */
class HeldAnswer implements Passing, Reader {
  readonly #body: Body
  readonly #request: FastifyRequest
  readonly #reply: FastifyReply
  readonly #parts: Parts
  /** What it takes to have it here whole; 0 where it is too large for that, and memory would be of no use. */
  readonly #whole: number
  #pushed = 0
  #taken = 0
  #arrived = false
  #complete = false

  constructor({ body, headers }: Answer, request: FastifyRequest, reply: FastifyReply, parts: Parts) {
    const length = Number(headers['content-length'] ?? HELD_MOST)
    this.#whole = length <= HELD_MOST ? length : 0
    this.#body = body
    this.#request = request
    this.#reply = reply
    this.#parts = parts
    const push = body.push.bind(body)
    body.push = (chunk: Buffer | null) => this.#push(chunk, push)
    body.once('close', () => {
      this.#arrive()
      this.#keep(0)
    })
  }

  get passed(): number {
    return this.#pushed - this.#body.readableLength
  }

  get complete(): boolean {
    return this.#complete
  }

  cut(): void {
    this.#request.error ??= 'GW_SLOW_CLIENT'
    this.#reply.raw.destroy()
  }

  #push(chunk: Buffer | null, push: (chunk: Buffer | null) => boolean): boolean {
    if (chunk === null) {
      this.#complete = true
      const more = push(null)
      this.#arrive()
      return more
    }
    this.#pushed += chunk.length
    this.#parts.waiting.delete(this)
    const more = push(chunk)
    const held = this.#body.readableLength
    if (held > this.#taken) this.#take(more ? held : this.#whole)
    if (more || held <= this.#taken) return true
    this.#parts.waiting.add(this)
    return false
  }

  /** More memory up to so many bytes; all of it or none, or every answer would get a part and no service its end. */
  #take(bytes: number): void {
    const more = bytes - this.#taken
    if (more > 0 && this.#parts.budget.take(more)) this.#taken = bytes
  }

  /** Down to so many bytes. */
  #keep(bytes: number): void {
    if (bytes >= this.#taken) return
    this.#parts.budget.give(this.#taken - bytes)
    this.#taken = bytes
  }

  #arrive(): void {
    if (this.#arrived) return
    this.#arrived = true
    this.#keep(this.#body.readableLength)
    this.#parts.waiting.delete(this)
    this.#body.emit(ARRIVED)
  }
}
