import { createRemoteJWKSet, customFetch, type FetchImplementation, type JSONWebKeySet } from 'jose'
import type { Logger } from 'pino'
import { isNoMatch, type KeySet, KeysUnreachable, publicKeysOf } from './key-set.ts'

const FETCH_WITHIN_MS = 3_000
const LARGEST_SET = 256 * 1024
const REFRESH_MS = 300_000
/** Pause after a failed fetch, while no key is known and afterwards. */
const FIRST_RETRY_MS = 500
const RETRY_MS = 15_000
/** Tokens with unknown key ids cannot make us fetch more often than this, whether fetching works or not. */
const UNKNOWN_KEY_PAUSE_MS = 5_000

export interface RemoteKeySetOptions {
  readonly url: URL
  readonly log: Logger
  readonly clock: () => number
  /** Told when keys are no longer in the set, with the key ids that still are. */
  readonly onKeysGone: (kept: ReadonlySet<string>) => void
}

/**
 * Keys that an issuer serves. Fetching happens beside the requests, on a jittered timer; the last good set stays
 * in use for as long as the issuer is away. jose would fetch in the request's way and drop an old set.
 */
export function remoteKeySet({ url, log, clock, onKeysGone }: RemoteKeySetOptions): KeySet {
  const jwks = createRemoteJWKSet(url, {
    cacheMaxAge: Number.POSITIVE_INFINITY,
    cooldownDuration: Number.POSITIVE_INFINITY,
    timeoutDuration: FETCH_WITHIN_MS,
    [customFetch]: fetchSet,
  })
  let kids: ReadonlySet<string> = new Set()
  let timer: NodeJS.Timeout | undefined
  let lastTry = Number.NEGATIVE_INFINITY
  let failed: unknown
  let running: Promise<void> | undefined
  let stopped = true

  const known = (): boolean => jwks.jwks() !== undefined

  /** One fetch at a time; never rejects, `failed` tells. */
  function refresh(): Promise<void> {
    running ??= refreshNow().finally(() => {
      running = undefined
    })
    return running
  }

  async function refreshNow(): Promise<void> {
    lastTry = clock()
    clearTimeout(timer)
    try {
      await jwks.reload()
      if (failed !== undefined) log.info({ jwks: url.href }, 'the keys of the issuer can be fetched again')
      failed = undefined
      noteKeys()
    } catch (error) {
      if (failed === undefined)
        log.warn({ jwks: url.href, reason: reasonOf(error) }, 'the keys of the issuer cannot be fetched')
      failed = error
    }
    if (!stopped) schedule()
  }

  function noteKeys(): void {
    const now = new Set(jwks.jwks()?.keys.map((key) => key.kid ?? ''))
    const gone = [...kids].some((kid) => !now.has(kid))
    kids = now
    if (gone) onKeysGone(now)
  }

  function schedule(): void {
    const pause = failed === undefined ? REFRESH_MS : known() ? RETRY_MS : FIRST_RETRY_MS
    timer = setTimeout(refresh, pause * (0.75 + Math.random() / 2))
    timer.unref()
  }

  return {
    known,
    find: async (header, input) => {
      if (!known()) {
        if (running || clock() - lastTry >= FIRST_RETRY_MS) await refresh()
        if (!known()) throw new KeysUnreachable(failed)
      }
      try {
        return await jwks(header, input)
      } catch (error) {
        if (!isNoMatch(error) || clock() - lastTry < UNKNOWN_KEY_PAUSE_MS) throw error
        await refresh()
        return await jwks(header, input)
      }
    },
    start: () => {
      stopped = false
      void refresh()
    },
    stop: () => {
      stopped = true
      clearTimeout(timer)
    },
  }
}

/** Fetches a key set of bounded size and keeps only its public keys. Redirects are not followed. */
const fetchSet: FetchImplementation = async (url, options) => {
  const response = await fetch(url, { ...options, redirect: 'manual' })
  if (response.status !== 200) {
    await response.body?.cancel()
    throw new Error(`the issuer answered ${response.status}`)
  }
  const set = JSON.parse(await boundedText(response)) as JSONWebKeySet
  if (!Array.isArray(set?.keys)) throw new Error('the issuer did not answer with a key set')
  const usable = publicKeysOf(set)
  if (usable.keys.length === 0) throw new Error('the key set has no public key')
  return Response.json(usable)
}

async function boundedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    if (size > LARGEST_SET) throw new Error(`the key set is larger than ${LARGEST_SET} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { cause } = error
  return cause instanceof Error ? cause.message : error.message
}
