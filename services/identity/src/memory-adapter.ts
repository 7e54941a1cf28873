import type { Adapter, AdapterFactory, AdapterPayload } from 'oidc-provider'

interface Entry {
  readonly payload: AdapterPayload
  readonly expires: number
}

/** Sign-ins under way at once; the oldest goes first. Access tokens are JWTs and are not kept at all. */
const MOST = 10_000
const FOREVER = Number.POSITIVE_INFINITY

/**
 * Keeps what a sign-in needs between its steps: sessions, interactions, grants, codes. A restart forgets them, and
 * whoever was signing in starts again; tokens already given stay valid.
 */
export function createMemoryAdapter(now: () => number = Date.now): AdapterFactory {
  const entries = new Map<string, Entry>()

  function get(key: string): AdapterPayload | undefined {
    const entry = entries.get(key)
    if (!entry || entry.expires > now()) return entry?.payload
    entries.delete(key)
    return undefined
  }

  function put(key: string, payload: AdapterPayload, seconds: number): void {
    entries.delete(key)
    entries.set(key, { payload, expires: now() + seconds * 1000 })
    if (entries.size > MOST) entries.delete(entries.keys().next().value as string)
  }

  return (model): Adapter => {
    const keyOf = (id: string) => `${model}:${id}`
    return {
      upsert: async (id, payload, seconds = FOREVER) => put(keyOf(id), payload, seconds),
      find: async (id) => get(keyOf(id)),
      findByUid: async (uid) => {
        for (const [key, { payload }] of entries)
          if (key.startsWith(`${model}:`) && payload.uid === uid) return get(key)
        return undefined
      },
      // Device codes are not offered, so nothing has a user code.
      findByUserCode: async () => undefined,
      destroy: async (id) => {
        entries.delete(keyOf(id))
      },
      consume: async (id) => {
        const payload = get(keyOf(id))
        if (payload) payload.consumed = Math.floor(now() / 1000)
      },
      revokeByGrantId: async (grantId) => {
        for (const [key, { payload }] of entries) if (payload.grantId === grantId) entries.delete(key)
      },
    }
  }
}
