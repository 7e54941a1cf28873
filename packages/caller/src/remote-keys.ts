import { createLocalJWKSet, errors, type JWTVerifyGetKey } from 'jose'
import { fetchKeys } from './fetch-keys.ts'
import { KeysUnreachable } from './refused.ts'

/** In seconds. A set is fetched again beside the calls once it is so old; while that fails the old one stays in use … */
const FRESH_S = 300
/** … for so long. */
const STALE_MOST_S = 86_400
/** Tokens with unknown key ids cannot make us fetch more often than this. */
const PAUSE_S = 2
const PAUSE_AFTER_FAILURE_S = 0.5

/**
 * The keys that an issuer serves. A call waits for a fetch only where it must: while no key is known, and where its
 * token names a key that is not. `now` is in seconds.
 */
export function remoteKeys(url: URL, now: () => number): JWTVerifyGetKey {
  let find: ReturnType<typeof createLocalJWKSet> | undefined
  let fetchedAt = Number.NEGATIVE_INFINITY
  let mayFetchAt = Number.NEGATIVE_INFINITY
  let failure: unknown
  let running: Promise<void> | undefined

  /** One fetch at a time, none within the pause; never rejects, `failure` tells. */
  function refresh(): Promise<void> {
    if (running === undefined && now() < mayFetchAt) return Promise.resolve()
    running ??= fetchKeys(url)
      .then(
        (set) => {
          find = createLocalJWKSet(set)
          fetchedAt = now()
          mayFetchAt = fetchedAt + PAUSE_S
        },
        (error) => {
          failure = error
          mayFetchAt = now() + PAUSE_AFTER_FAILURE_S
        },
      )
      .finally(() => {
        running = undefined
      })
    return running
  }

  return async (header, input) => {
    const age = now() - fetchedAt
    if (age > STALE_MOST_S) await refresh()
    else if (age > FRESH_S) void refresh()
    if (find === undefined || now() - fetchedAt > STALE_MOST_S) throw new KeysUnreachable(failure)
    try {
      return await find(header, input)
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
      await refresh()
      return await find(header, input)
    }
  }
}
