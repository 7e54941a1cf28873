import { randomBytes } from 'node:crypto'
import type { Logger } from 'pino'
import { Conflict, type Journal, pauseAfterConflict } from '../../journal/index.ts'
import { createRevocationBook, type RevocableToken, speaksOf } from './revocation-book.ts'
import { type RevocationEvent, type RevokedTokens, readRevocationEvent } from './revocation-event.ts'
import { RevocationFault } from './revocation-fault.ts'

/** What an operator asks for. */
export interface RevocationWish {
  readonly tokens: RevokedTokens
  readonly reason: string
  /** Milliseconds since the epoch. */
  readonly until: number
}

/** An active revocation. */
export type ListedRevocation = Omit<RevocationEvent, 'kind'>

/** Tokens that hold no longer although they are not expired, the same on all gateways. */
export interface Revocations {
  isRevoked(token: RevocableToken): boolean
  /** Tells each revocation as soon as it is known here, with what it speaks of. */
  onRevoked(listener: (matches: (token: RevocableToken) => boolean) => void): void
  /** Those that have not run out, the oldest first. */
  list(): ListedRevocation[]
  /** Rejects with a RevocationFault, or Unavailable where it could not be kept. `author` is who asks. */
  revoke(wish: RevocationWish, author: string): Promise<ListedRevocation>
  close(): void
}

export interface RevocationsOptions {
  /** The `revocations` journal; it stays the caller's to close. */
  readonly journal: Journal<RevocationEvent>
  /** How many may be active; every one of them is in the memory of every gateway. */
  readonly most?: number
  /** Milliseconds since the epoch. */
  readonly clock: () => number
  readonly log: Logger
}

const MOST_ACTIVE = 10_000
/** More writers at the very same moment than there can be. */
const MOST_TRIES = 20

export function createRevocations(options: RevocationsOptions): Revocations {
  const { journal, most = MOST_ACTIVE, clock, log } = options
  let book = createRevocationBook()
  const listeners: ((matches: (token: RevocableToken) => boolean) => void)[] = []

  const unsubscribe = journal.subscribe(
    ({ number, entry }) => {
      const event = readRevocationEvent(entry)
      if (event === undefined) {
        log.warn({ number }, 'an entry of the revocations journal cannot be read and is left out')
        return
      }
      book.apply(event)
      if (event.until > clock()) for (const told of listeners) told((token) => speaksOf(event.tokens, token))
    },
    {
      restart: () => {
        book = createRevocationBook()
      },
    },
  )

  // Changes of this gateway take turns: only other gateways can be first.
  let revoking: Promise<unknown> = Promise.resolve()

  async function revokeNow({ tokens, reason, until }: RevocationWish, author: string) {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const { length } = journal.entries()
      const at = clock()
      if (book.active(at).length >= most)
        throw new RevocationFault('full', `There are ${most} revocations already; revoke by sub or client.`)
      const event: RevocationEvent = { kind: 'revoked', id: newId(), at, author, reason, tokens, until }
      try {
        await journal.append(event, length)
        return listed(event)
      } catch (error) {
        if (!(error instanceof Conflict)) throw error
        await pauseAfterConflict(tries)
      }
    }
    throw new RevocationFault('busy', 'Others keep revoking at this moment; try again.')
  }

  return {
    isRevoked: (token) => book.matches(token, clock()),
    onRevoked: (listener) => void listeners.push(listener),
    list: () => book.active(clock()).map(listed),
    revoke: (wish, author) => {
      const made = revoking.then(() => revokeNow(wish, author))
      revoking = made.catch(() => {})
      return made
    },
    close: () => unsubscribe(),
  }
}

function listed({ kind: _kind, ...event }: RevocationEvent): ListedRevocation {
  return event
}

function newId(): string {
  return `rv_${randomBytes(9).toString('base64url')}`
}
