import { createPublicKey, type KeyObject } from 'node:crypto'
import type { JWK } from 'jose'
import { fits } from './algorithms.ts'

/** A public key that may verify tokens of its issuer. */
export interface RingKey {
  readonly kid: string
  readonly key: KeyObject
  /** Whether it is one for this algorithm. */
  suits(algorithm: string): boolean
}

/** Why an entry of a key set is not taken. */
export type Flaw =
  /** Not whole, not on its curve, of an unknown kind. */
  | 'malformed'
  /** No kid: tokens name theirs, and what no token names verifies nothing. */
  | 'nameless'
  /** A private half, which by now everybody has. */
  | 'private'
  /** A shared secret. */
  | 'shared'
  | 'weak'
  /** Several keys under one kid. */
  | 'ambiguous'
  /** Published for something else, such as encryption. */
  | 'use'
  /** For none of the algorithms this issuer is allowed. */
  | 'algorithm'

export interface SkippedKey {
  readonly kid: string | null
  readonly flaw: Flaw
}

/** The keys of one issuer that may verify its tokens, each under a kid of its own. */
export interface KeyRing {
  readonly keys: ReadonlyMap<string, RingKey>
  readonly skipped: readonly SkippedKey[]
  /** The public members of the keys taken, to keep them on disk. */
  readonly jwks: readonly JWK[]
  /** Two rings of the same keys have the same. */
  readonly fingerprint: string
}

type Entry = Readonly<Record<string, unknown>>

const MOST_ENTRIES = 100
const LONGEST_KID = 256
const SHORTEST_RSA_BITS = 2048
/** Longer ones take milliseconds to try. */
const LONGEST_RSA_BITS = 8192
const PUBLIC_MEMBERS = ['kid', 'kty', 'alg', 'use', 'key_ops', 'crv', 'x', 'y', 'n', 'e']
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth']

/**
 * Reads a JSON Web Key Set (RFC 7517). What cannot verify tokens of this issuer is passed over and named; undefined
 * where the document is no key set at all. Each key serves only what its issuer published it for.
 */
export function readKeyRing(document: unknown, algorithms: readonly string[]): KeyRing | undefined {
  const entries = (document as { keys?: unknown } | null)?.keys
  if (!Array.isArray(entries) || entries.length > MOST_ENTRIES) return undefined
  const skipped: SkippedKey[] = []
  const taken = new Map<string, { text: string; jwk: JWK; ring: RingKey }>()
  const ambiguous = new Set<string>()
  for (const entry of entries) {
    const read = readEntry(entry, algorithms)
    const kid = kidOf(entry)
    if (typeof read === 'string') {
      skipped.push({ kid, flaw: read })
      // Where a key of this name is not to be trusted, another of the same name is not the one that was meant.
      if (kid !== null && (read === 'private' || read === 'shared')) ambiguous.add(kid)
      continue
    }
    const text = JSON.stringify(read.jwk)
    const before = taken.get(read.ring.kid)
    if (before !== undefined && before.text !== text) ambiguous.add(read.ring.kid)
    else taken.set(read.ring.kid, { text, ...read })
  }
  for (const kid of ambiguous) if (taken.delete(kid)) skipped.push({ kid, flaw: 'ambiguous' })
  const good = [...taken.values()]
  return Object.freeze({
    keys: new Map(good.map(({ ring }) => [ring.kid, ring])),
    skipped,
    jwks: good.map(({ jwk }) => jwk),
    fingerprint: good
      .map(({ text }) => text)
      .sort()
      .join('\n'),
  })
}

function readEntry(entry: unknown, algorithms: readonly string[]): Flaw | { jwk: JWK; ring: RingKey } {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return 'malformed'
  const found = entry as Entry
  if (found.kty === 'oct') return 'shared'
  if (PRIVATE_MEMBERS.some((name) => found[name] !== undefined)) return 'private'
  const kid = kidOf(entry)
  if (kid === null) return 'nameless'
  if (found.use !== undefined && found.use !== 'sig') return 'use'
  if (found.key_ops !== undefined && !(Array.isArray(found.key_ops) && found.key_ops.includes('verify')))
    return 'use'
  if (!algorithms.some((algorithm) => fits(found, algorithm))) return 'algorithm'
  const jwk = Object.fromEntries(
    PUBLIC_MEMBERS.filter((name) => found[name] !== undefined).map((name) => [name, found[name]]),
  ) as JWK
  const key = importKey(jwk)
  if (typeof key === 'string') return key
  const suits = (algorithm: string) => algorithms.includes(algorithm) && fits(found, algorithm)
  return { jwk, ring: { kid, key, suits } }
}

function importKey(jwk: JWK): Flaw | KeyObject {
  try {
    const key = createPublicKey({ key: jwk, format: 'jwk' })
    const { modulusLength, publicExponent } = key.asymmetricKeyDetails ?? {}
    if (modulusLength === undefined) return key
    if (modulusLength < SHORTEST_RSA_BITS || modulusLength > LONGEST_RSA_BITS) return 'weak'
    // With the exponent 1 a signature is the text it signs.
    const exponent = publicExponent ?? 0n
    return exponent >= 3n && exponent % 2n === 1n && exponent < 2n ** 64n ? key : 'weak'
  } catch {
    return 'malformed'
  }
}

function kidOf(entry: unknown): string | null {
  const kid = (entry as { kid?: unknown } | null)?.kid
  return typeof kid === 'string' && kid !== '' && kid.length <= LONGEST_KID ? kid : null
}
