import type { Client } from '../tokens/index.ts'
import { endOf, type KeyBook, type KeyEntry, stateOf } from './key-book.ts'
import { isKeyText } from './key-text.ts'
import type { Seal } from './seal.ts'

/** Why a key is refused, for our log. A caller learns no more than whether the form was right. */
export type KeyFlaw =
  | 'API_KEYS_OFF'
  | 'API_KEY_FORM'
  | 'API_KEY_UNKNOWN'
  | 'API_KEY_EXPIRED'
  | 'API_KEY_ENDED'
  | 'API_KEY_REVOKED'

/** What became of a key that a request brought. The id is there only where the whole key was once ours. */
export type KeyVerdict =
  | { readonly client: Client; readonly id: string }
  | { readonly client: null; readonly id: string | null; readonly flaw: KeyFlaw }

/**
 * A client is made anew this often: what was made for it and is kept with it, such as caller tokens, has a life of
 * its own to end.
 */
const CLIENT_MS = 60_000
const FLAWS = { expired: 'API_KEY_EXPIRED', ended: 'API_KEY_ENDED', revoked: 'API_KEY_REVOKED' } as const

interface Held {
  readonly client: Client
  readonly end: number
  readonly until: number
}

/**
 * Judges keys by one HMAC and one look into memory. Both take the same time for every key of the right form, and
 * whether the form is right is no secret.
 */
export function createVerdicts(book: KeyBook, seal: Seal, clock: () => number): (text: string) => KeyVerdict {
  const held = new WeakMap<KeyEntry, Held>()

  function clientOf(entry: KeyEntry, now: number): Client {
    const { key, overlapEnds } = entry
    const end = endOf(key, overlapEnds)
    const known = held.get(entry)
    if (known !== undefined && known.until > now && known.end === end) return known.client
    const client: Client = {
      sub: key.sub,
      clientId: key.client,
      scopes: new Set(key.scopes),
      claims: {},
      expires: end / 1000,
      confirmation: null,
      callerTokens: new Map(),
    }
    held.set(entry, { client, end, until: now + CLIENT_MS })
    return client
  }

  return (text) => {
    if (!isKeyText(text)) return { client: null, id: null, flaw: 'API_KEY_FORM' }
    const entry = book.find(seal.of(text))
    if (entry === undefined) return { client: null, id: null, flaw: 'API_KEY_UNKNOWN' }
    const { id } = entry.key
    const now = clock()
    const state = stateOf(entry, now)
    if (state === 'active' || state === 'overlap') return { client: clientOf(entry, now), id }
    return { client: null, id, flaw: FLAWS[state] }
  }
}
