import type { Redis } from 'ioredis'
import { answerWithin, Script } from '../redis/index.ts'
import type { Fleet, Member, Place } from './fleet.ts'
import type { RememberedSize } from './remembered-size.ts'

const beatScript = new Script(new URL('./beat.lua', import.meta.url))
const membersScript = new Script(new URL('./members.lua', import.meta.url))
const leaveScript = new Script(new URL('./leave.lua', import.meta.url))

const BEAT_MS = 500
export const SILENT_MS = 3_000
const ANSWER_WITHIN_MS = 1_000

/** The part of a pino logger this needs. */
export interface FleetLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
}

export interface RedisFleetOptions {
  readonly id: string
  /** For background work; the one who opened it closes it. */
  readonly redis: Redis
  readonly remembered: RememberedSize
  readonly log: FleetLog
  readonly prefix?: string
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number
  /** Milliseconds between beats; 0: only `beat` beats, in tests. */
  readonly beatMs?: number
}

/**
 * The fleet as Redis knows it. A lower number of members is believed only when Redis has known this gateway for as
 * long as it takes the others to be heard: one that came back empty knows too few at first, and who trusted it would
 * take too large a share if it went away again.
 */
export class RedisFleet implements Fleet {
  readonly id: string
  readonly #redis: Redis
  readonly #remembered: RememberedSize
  readonly #log: FleetLog
  readonly #keys: readonly [string, string]
  readonly #now: () => number
  readonly #bulletins: Record<string, unknown> = {}
  readonly #timer: NodeJS.Timeout | undefined
  #place: Place
  #knownSince: number | undefined
  #lastRead: { readonly at: number; readonly members: readonly Member[] } | undefined
  #beating: Promise<void> | undefined
  #closed = false

  constructor(options: RedisFleetOptions) {
    const { prefix = 'stockgate:', now = () => performance.now(), beatMs = BEAT_MS } = options
    this.id = options.id
    this.#redis = options.redis
    this.#remembered = options.remembered
    this.#log = options.log
    this.#keys = [`${prefix}{fleet}:members`, `${prefix}{fleet}:bulletins`]
    this.#now = now
    this.#place = lastOf(this.#remembered.read())
    if (beatMs > 0) this.#timer = setInterval(() => void this.beat(), beatMs).unref()
    this.#redis.on('ready', this.#beatSoon)
  }

  size(): number {
    return this.#place.size
  }

  place(): Place {
    return this.#place
  }

  publish(name: string, bulletin: unknown): void {
    this.#bulletins[name] = bulletin
  }

  /** Beats once; resolves, whatever came of it, when it is over. */
  beat(): Promise<void> {
    if (this.#closed) return Promise.resolve()
    this.#beating ??= this.#beat().finally(() => {
      this.#beating = undefined
    })
    return this.#beating
  }

  async members(): Promise<readonly Member[]> {
    try {
      const reply = (await answerWithin(
        membersScript.run(this.#redis, this.#keys, [SILENT_MS]),
        ANSWER_WITHIN_MS,
      )) as (string | number)[]
      this.#lastRead = { at: this.#now(), members: this.#membersOf(reply) }
      return this.#lastRead.members
    } catch {
      const { at, members } = this.#lastRead ?? { at: 0, members: [] }
      const age = Math.floor(this.#now() - at)
      const others = members
        .filter(({ id }) => id !== this.id)
        .map((member) => ({ ...member, seenMs: member.seenMs + age }))
      return inOrder([...others, this.#self()])
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    clearInterval(this.#timer)
    this.#redis.off('ready', this.#beatSoon)
    await this.#beating
    if (this.#redis.status === 'ready')
      await answerWithin(leaveScript.run(this.#redis, this.#keys, [this.id]), ANSWER_WITHIN_MS).catch(
        () => {},
      )
    await this.#remembered.settled()
  }

  #beatSoon = (): void => void this.beat()

  async #beat(): Promise<void> {
    try {
      const reply = await answerWithin(
        beatScript.run(this.#redis, this.#keys, [this.id, SILENT_MS, JSON.stringify(this.#bulletins)]),
        ANSWER_WITHIN_MS,
      )
      const [known, size, rank] = reply as [number, number, number]
      if (known === 0 || this.#knownSince === undefined) this.#knownSince = this.#now()
      const steady = this.#now() - this.#knownSince >= SILENT_MS
      this.#take(steady || size >= this.#place.size ? { size, rank } : lastOf(this.#place.size))
    } catch {
      // The limiter tells of outages of Redis; here they only mean that what is known gets old.
    }
  }

  #take(place: Place): void {
    const before = this.#place.size
    this.#place = place
    if (place.size === before) return
    this.#log.info({ gateways: place.size, before }, 'the number of live gateways changed')
    this.#remembered.write(place.size, (error) =>
      this.#log.warn({ reason: String(error) }, 'the number of live gateways could not be kept on disk'),
    )
  }

  #membersOf(reply: readonly (string | number)[]): readonly Member[] {
    const members: Member[] = []
    for (let at = 0; at < reply.length; at += 3) {
      const [id, seenMs, bulletins] = reply.slice(at, at + 3) as [string, number, string]
      members.push({ id, seenMs, bulletins: JSON.parse(bulletins) })
    }
    return inOrder(members.some(({ id }) => id === this.id) ? members : [...members, this.#self()])
  }

  #self(): Member {
    return { id: this.id, seenMs: 0, bulletins: { ...this.#bulletins } }
  }
}

/** The place with the least to give out: who does not know all others may not take what is theirs. */
function lastOf(size: number): Place {
  return { size, rank: size - 1 }
}

function inOrder(members: readonly Member[]): readonly Member[] {
  return members.toSorted((a, b) => (a.id < b.id ? -1 : 1))
}
