import { type KeyRing, readKeyRing } from '../settings/key-ring.ts'

/** What came of asking an issuer for its keys. */
export type FetchOutcome =
  | 'fetched'
  | 'unreachable'
  | 'timeout'
  /** Another status than 200. */
  | 'status'
  | 'redirect'
  | 'too_large'
  /** No key set. */
  | 'malformed'
  /** A key set without one key we could use. */
  | 'no_keys'

/** In the order they are told of. */
export const FETCH_OUTCOMES: readonly FetchOutcome[] = [
  'fetched',
  'unreachable',
  'timeout',
  'status',
  'redirect',
  'too_large',
  'malformed',
  'no_keys',
]

export interface FetchedKeys {
  readonly ring: KeyRing
  /** How long the issuer says its answer may be kept, in milliseconds; undefined where it does not. */
  readonly lifetimeMs: number | undefined
}

/** The issuer gave no keys. */
export class FetchFailed extends Error {
  readonly outcome: Exclude<FetchOutcome, 'fetched'>

  constructor(outcome: FetchFailed['outcome'], message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'FetchFailed'
    this.outcome = outcome
  }
}

const LARGEST_SET = 256 * 1024
const MAX_AGE = /(?:^|[\s,])max-age="?(\d{1,9})/i

/**
 * Asks an issuer for its keys once, within a time and a size. Redirects are not followed: the settings name the place,
 * and nobody else does. Rejects with FetchFailed.
 */
export async function fetchKeySet(
  url: URL,
  algorithms: readonly string[],
  withinMs: number,
): Promise<FetchedKeys> {
  try {
    const response = await fetch(url, {
      redirect: 'manual',
      signal: AbortSignal.timeout(withinMs),
      headers: { accept: 'application/jwk-set+json, application/json', 'accept-encoding': 'identity' },
    })
    const ring = readKeyRing(parse(await boundedText(response)), algorithms)
    if (ring === undefined) throw new FetchFailed('malformed', 'the issuer did not answer with a key set')
    if (ring.keys.size === 0) throw new FetchFailed('no_keys', 'the key set has no key that can be used')
    const maxAge = MAX_AGE.exec(response.headers.get('cache-control') ?? '')?.[1]
    return { ring, lifetimeMs: maxAge === undefined ? undefined : Number(maxAge) * 1000 }
  } catch (error) {
    if (error instanceof FetchFailed) throw error
    const { name, message, cause } = error as Error
    const reason = cause instanceof Error ? cause.message : message
    throw new FetchFailed(name === 'TimeoutError' ? 'timeout' : 'unreachable', reason, error)
  }
}

async function boundedText(response: Response): Promise<string> {
  const { status, body } = response
  if (status !== 200) {
    await body?.cancel()
    throw new FetchFailed(
      status >= 300 && status < 400 ? 'redirect' : 'status',
      `the issuer answered ${status}`,
    )
  }
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body ?? []) {
    size += chunk.byteLength
    // Leaving the loop cancels the rest.
    if (size > LARGEST_SET)
      throw new FetchFailed('too_large', `the key set is larger than ${LARGEST_SET} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new FetchFailed('malformed', 'the key set is no JSON', error)
  }
}
