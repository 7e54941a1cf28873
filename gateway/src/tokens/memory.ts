import { hash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Client } from './client.ts'
import { TokenRefused } from './token-refused.ts'
import type { Verified, Verify } from './verify.ts'

const REMEMBERED_MOST = 20_000
/** A withdrawn client works no longer than this. */
const REMEMBERED_MS = 60_000

/** A verified token under the SHA-256 of its bytes, base64url. */
export interface KnownToken extends Verified {
  readonly id: string
}

interface Remembered extends KnownToken {
  readonly until: number
}

/** Verified tokens. Only successes are kept, each under the SHA-256 of its bytes. */
export interface TokenMemory {
  /** The client of a token that is remembered; undefined means it has to be verified. */
  recall(token: string): Client | undefined
  /** Verifies and remembers. The same token in several requests at once is verified once. */
  learn(token: string): Promise<Client>
  /** Forgets what an issuer signed with keys it no longer has. */
  forget(issuer: string, kept: ReadonlySet<string>): void
  /** Forgets what was revoked. */
  forgetWhere(isRevoked: (token: KnownToken) => boolean): void
}

/** `isRevoked` is asked when a token was verified; a revocation that comes later has to call `forgetWhere`. */
export function createTokenMemory(
  verify: Verify,
  clock: () => number,
  isRevoked: (token: KnownToken) => boolean = () => false,
): TokenMemory {
  const remembered = new LRUCache<string, Remembered>({ max: REMEMBERED_MOST })
  const underWay = new Map<string, Promise<Client>>()
  /** Of keys that went: what was verified with them a moment ago must not be remembered afterwards. */
  let withdrawals = 0

  async function verifyNow(token: string, id: string): Promise<Client> {
    try {
      const before = withdrawals
      const verified = { ...(await verify(token)), id }
      // Asked after the last wait: nothing comes between this and the memory.
      if (isRevoked(verified)) throw new TokenRefused('The token is revoked')
      const until = Math.min(verified.client.expires * 1000, clock() + REMEMBERED_MS, verified.believedUntil)
      if (before === withdrawals) remembered.set(id, { ...verified, until })
      return verified.client
    } finally {
      underWay.delete(id)
    }
  }

  return {
    recall: (token) => {
      const entry = remembered.get(idOf(token))
      return entry !== undefined && entry.until > clock() ? entry.client : undefined
    },
    learn: (token) => {
      const id = idOf(token)
      let promise = underWay.get(id)
      if (promise === undefined) {
        promise = verifyNow(token, id)
        underWay.set(id, promise)
      }
      return promise
    },
    forget: (issuer, kept) => {
      withdrawals++
      for (const [id, entry] of remembered.entries()) {
        if (entry.issuer === issuer && !kept.has(entry.kid)) remembered.delete(id)
      }
    },
    forgetWhere: (revoked) => {
      for (const [id, entry] of remembered.entries()) if (revoked(entry)) remembered.delete(id)
    },
  }
}

function idOf(token: string): string {
  return hash('sha256', token, 'base64url')
}
