import { createPublicKey } from 'node:crypto'
import type { JSONWebKeySet, JWK } from 'jose'

const WITHIN_MS = 3_000
const LARGEST_SET = 64 * 1024
const MOST_KEYS = 100

/**
 * Fetches a key set: of bounded size, in bounded time, from the very address that was configured (no redirect is
 * followed). Keeps the public P-256 keys, the only ones that can verify here; a set without any is an error.
 */
export async function fetchKeys(url: URL): Promise<JSONWebKeySet> {
  const response = await fetch(url, {
    redirect: 'manual',
    headers: { accept: 'application/jwk-set+json, application/json' },
    signal: AbortSignal.timeout(WITHIN_MS),
  })
  if (response.status !== 200) {
    await response.body?.cancel()
    throw new Error(`the key set is answered with ${response.status}`)
  }
  const set = JSON.parse(await boundedText(response)) as { keys?: unknown } | null
  if (!Array.isArray(set?.keys) || set.keys.length > MOST_KEYS)
    throw new Error(`what is answered is no key set of at most ${MOST_KEYS} keys`)
  const keys = set.keys.filter(isUsable)
  if (keys.length === 0) throw new Error('the key set has no public P-256 key')
  return { keys }
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

function isUsable(entry: unknown): entry is JWK {
  if (typeof entry !== 'object' || entry === null) return false
  const { kty, crv, d } = entry as JWK
  if (kty !== 'EC' || crv !== 'P-256' || d !== undefined) return false
  try {
    createPublicKey({ key: entry, format: 'jwk' })
    return true
  } catch {
    return false
  }
}
