import { hash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Client } from './client.ts'
import type { Verified, Verify } from './verify.ts'

const REMEMBERED_MOST = 20_000
/** A withdrawn client or a revoked token works no longer than this. */
const REMEMBERED_MS = 60_000

interface Remembered extends Verified {
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
}

export function createTokenMemory(verify: Verify, clock: () => number): TokenMemory {
  const remembered = new LRUCache<string, Remembered>({ max: REMEMBERED_MOST })
  const underWay = new Map<string, Promise<Client>>()

  async function verifyNow(token: string, id: string): Promise<Client> {
    try {
      const verified = await verify(token)
      const until = Math.min(verified.client.expires * 1000, clock() + REMEMBERED_MS)
      remembered.set(id, { ...verified, until })
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
      for (const [id, entry] of remembered.entries()) {
        if (entry.issuer === issuer && !kept.has(entry.kid)) remembered.delete(id)
      }
    },
  }
}

function idOf(token: string): string {
  return hash('sha256', token, 'base64')
}
