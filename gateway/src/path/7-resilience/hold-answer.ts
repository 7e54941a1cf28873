import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Answer, ARRIVED, type Dispatch, type Passing } from '../context.ts'
import type { Budget } from './budget.ts'

/** An answer up to this size is taken off its service whole while the client is slow to read it. */
const HELD_MOST = 1024 * 1024
/** A client that keeps its service waiting for longer than this may have to make room. */
const SHORT_MS = 2_000

type Body = Answer['body']

/**
 * Takes answers off the service faster than their clients read them, into memory that is accounted for: the service is
 * done with a slow reader as soon as the answer is here, and its place and connection are free. Larger answers keep
 * them while they stream. Of those at most `most` wait for their clients: beyond that, the one that has kept its
 * service waiting for longest is cut.
 */
export function holdAnswer(
  budget: Budget,
  most: number,
  now: () => number = () => performance.now(),
): (inner: Dispatch) => Dispatch {
  const waiting = new Set<HeldAnswer>()

  const onWait = (held: HeldAnswer): void => {
    held.waitsSince = now()
    waiting.add(held)
    if (waiting.size <= most) return
    const [longest] = waiting
    if (longest !== undefined && now() - longest.waitsSince >= SHORT_MS) longest.cut()
  }
  const onGo = (held: HeldAnswer): void => {
    waiting.delete(held)
  }

  return (inner) => (outbound, done) => {
    inner(outbound, (error, answer) => {
      if (answer !== undefined) {
        const { request, reply } = outbound
        request.passing = new HeldAnswer(answer, request, reply, { budget, onWait, onGo })
      }
      done(error, answer)
    })
  }
}

interface Ways {
  readonly budget: Budget
  readonly onWait: (held: HeldAnswer) => void
  readonly onGo: (held: HeldAnswer) => void
}

/** One answer. The stream of undici is kept, with its errors and its end; only what it takes in is decided here. */
class HeldAnswer implements Passing {
  readonly #body: Body
  readonly #request: FastifyRequest
  readonly #reply: FastifyReply
  readonly #ways: Ways
  /** What it takes to have it here whole; 0 where it is too large for that, and memory would be of no use. */
  readonly #whole: number
  #pushed = 0
  #taken = 0
  #arrived = false
  waitsSince = 0

  constructor({ body, headers }: Answer, request: FastifyRequest, reply: FastifyReply, ways: Ways) {
    const length = Number(headers['content-length'] ?? HELD_MOST)
    this.#whole = length <= HELD_MOST ? length : 0
    this.#body = body
    this.#request = request
    this.#reply = reply
    this.#ways = ways
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

  /** Ends the answer in the middle, for a client that keeps others from the service. */
  cut(): void {
    this.#ways.onGo(this)
    this.#request.error ??= 'GW_SLOW_CLIENT'
    this.#reply.raw.destroy()
  }

  #push(chunk: Buffer | null, push: (chunk: Buffer | null) => boolean): boolean {
    if (chunk === null) {
      const more = push(null)
      this.#arrive()
      return more
    }
    this.#pushed += chunk.length
    this.#ways.onGo(this)
    const more = push(chunk)
    const held = this.#body.readableLength
    if (held > this.#taken) this.#take(more ? held : this.#whole)
    if (more || held <= this.#taken) return true
    this.#ways.onWait(this)
    return false
  }

  /** More memory up to so many bytes; all of it or none, or every answer would get a part and no service its end. */
  #take(bytes: number): void {
    const more = bytes - this.#taken
    if (more > 0 && this.#ways.budget.take(more)) this.#taken = bytes
  }

  /** Down to so many bytes. */
  #keep(bytes: number): void {
    if (bytes >= this.#taken) return
    this.#ways.budget.give(this.#taken - bytes)
    this.#taken = bytes
  }

  #arrive(): void {
    if (this.#arrived) return
    this.#arrived = true
    this.#keep(this.#body.readableLength)
    this.#ways.onGo(this)
    this.#body.emit(ARRIVED)
  }
}
