import type { FastifyReply } from 'fastify'
import { isHttp2 } from '../../wire/http2.ts'

/** How long a client may lag before it is given up: a body is seen as it comes. */
const BODY_PATIENCE_MS = 5_000
/** Of an answer only what leaves our memory is seen, and the system takes it in steps of tens of kilobytes. */
const ANSWER_PATIENCE_MS = 8_000
/** A process that stood still has not read what was sent to it: such a pause is nobody's fault. */
const LONGEST_STEP_MS = 2_000

export type Slow = 'body' | 'answer'

interface Watched {
  kind: Slow
  /** Bytes moved at the last look. */
  moved: number
  /** What is left of the patience. */
  patienceMs: number
}

/**
 * The least pace of clients. One look a second at all requests under way, instead of a timer for each: every one that
 * has to wait for its client loses patience as time passes and wins it back with bytes, `least` of them a second.
 * What waits for the service, or for us, is not looked at.
 */
export class Pace {
  readonly #least: number
  readonly #onSlow: (reply: FastifyReply, kind: Slow) => void
  readonly #underWay = new Set<FastifyReply>()
  /** Only those that wait for their client. */
  readonly #watched = new Map<FastifyReply, Watched>()
  #lookedAt: number

  constructor(least: number, now: number, onSlow: (reply: FastifyReply, kind: Slow) => void) {
    this.#least = least
    this.#onSlow = onSlow
    this.#lookedAt = now
  }

  get underWay(): number {
    return this.#underWay.size
  }

  began(reply: FastifyReply): void {
    this.#underWay.add(reply)
  }

  /** The response is over. A body that is still coming in is looked after until its end. */
  ended(reply: FastifyReply): void {
    if (bodyComes(reply)) return
    this.#forget(reply)
  }

  look(now: number): void {
    const step = Math.min(now - this.#lookedAt, LONGEST_STEP_MS)
    this.#lookedAt = now
    for (const reply of this.#underWay) {
      const kind = waitsFor(reply)
      if (kind === null) {
        this.#watched.delete(reply)
        if (reply.raw.destroyed && !bodyComes(reply)) this.#underWay.delete(reply)
      } else if (this.#lost(reply, kind, step)) {
        this.#forget(reply)
        this.#onSlow(reply, kind)
      }
    }
  }

  #lost(reply: FastifyReply, kind: Slow, step: number): boolean {
    const moved = movedOf(reply, kind)
    const most = kind === 'body' ? BODY_PATIENCE_MS : ANSWER_PATIENCE_MS
    const watched = this.#watched.get(reply)
    if (watched === undefined || watched.kind !== kind) {
      this.#watched.set(reply, { kind, moved, patienceMs: most })
      return false
    }
    const won = ((moved - watched.moved) * 1_000) / this.#least
    watched.moved = moved
    watched.patienceMs = Math.min(most, watched.patienceMs + won - step)
    return watched.patienceMs < 0
  }

  #forget(reply: FastifyReply): void {
    this.#underWay.delete(reply)
    this.#watched.delete(reply)
  }
}

/** Which part of a request is up to the client at this moment. */
function waitsFor(reply: FastifyReply): Slow | null {
  // Somebody reads: a body nobody has asked for yet, or that the service is too slow for, waits for us.
  if (bodyComes(reply) && reply.request.raw.readableFlowing === true) return 'body'
  const { raw } = reply
  // Without a socket an answer waits for the ones before it on its connection.
  if (raw.headersSent && !raw.destroyed && raw.writableLength > 0 && raw.socket !== null) return 'answer'
  return null
}

function bodyComes({ request }: FastifyReply): boolean {
  return !request.raw.complete && !request.raw.destroyed
}

function movedOf({ request, raw }: FastifyReply, kind: Slow): number {
  if (kind === 'answer') return (request.passing?.passed ?? 0) - raw.writableLength
  // Nobody counts the rest of a body whose request is already answered. HTTP/2 ends such a stream.
  const uncounted = request.giveUp === null && !isHttp2(request.raw)
  return uncounted ? request.raw.socket.bytesRead : request.bodyBytes
}
