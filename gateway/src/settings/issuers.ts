import { readFileSync } from 'node:fs'
import type { JSONWebKeySet, JWK } from 'jose'
import { isPublicKey } from './public-key.ts'

/** Whose access tokens are accepted: what `iss` and `aud` must say, and with which keys and algorithms it signs. */
export interface Issuer {
  readonly issuer: string
  readonly audience: string
  /** A URL that is asked again and again, or a key set read once from a file. */
  readonly keys: URL | JSONWebKeySet
  readonly algorithms: readonly string[]
}

const EXPECTED = 'expected a JSON list like [{"issuer":"…","audience":"…","jwks":"URL or file"}]'
const MEMBERS = ['issuer', 'audience', 'jwks', 'algorithms']
/** Asymmetric only: with a shared secret whoever can check a token could also make one. */
const ALGORITHMS = [
  'ES256',
  'ES384',
  'ES512',
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'EdDSA',
  'Ed25519',
]

/** Reads a JSON list of issuers, or the file that holds one. */
export function readIssuers(value: string): readonly Issuer[] {
  if (value === '') throw new Error(EXPECTED)
  const text = value.trimStart().startsWith('[') ? value : readText(value)
  const list = parse(text, 'ISSUERS is no valid JSON')
  if (!Array.isArray(list) || list.length === 0) throw new Error(EXPECTED)
  const issuers = list.map(readIssuer)
  const twice = issuers.find(({ issuer }, index) => issuers.findIndex((one) => one.issuer === issuer) < index)
  if (twice) throw new Error(`names the issuer ${twice.issuer} twice`)
  return Object.freeze(issuers)
}

function readIssuer(entry: unknown): Issuer {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry))
    throw new Error('each issuer is an object with issuer, audience and jwks')
  const unknown = Object.keys(entry).find((name) => !MEMBERS.includes(name))
  if (unknown) throw new Error(`unknown member "${unknown}"; an issuer has ${MEMBERS.join(', ')}`)
  const { issuer, audience, jwks, algorithms = ['ES256'] } = entry as Record<string, unknown>
  for (const [name, given] of Object.entries({ issuer, audience, jwks }))
    if (typeof given !== 'string' || given === '') throw new Error(`each issuer needs "${name}", a text`)
  if (
    !Array.isArray(algorithms) ||
    algorithms.length === 0 ||
    !algorithms.every((one) => ALGORITHMS.includes(one))
  )
    throw new Error(`"algorithms" is a list of ${ALGORITHMS.join(', ')}`)
  return Object.freeze({
    issuer: issuer as string,
    audience: audience as string,
    keys: readKeys(jwks as string),
    algorithms: Object.freeze([...algorithms]) as readonly string[],
  })
}

function readKeys(jwks: string): URL | JSONWebKeySet {
  if (/^https?:\/\//i.test(jwks)) {
    const url = URL.parse(jwks)
    if (!url) throw new Error(`"${jwks}" is no valid URL`)
    if (url.username || url.password)
      throw new Error(`"${url.origin}${url.pathname}" may have no user: a key set is public`)
    return url
  }
  const set = parse(readText(jwks), `${jwks} is no valid JSON`) as JSONWebKeySet | null
  if (!Array.isArray(set?.keys) || set.keys.length === 0)
    throw new Error(`${jwks} is no key set: expected {"keys":[…]} with at least one key`)
  for (const key of set.keys) {
    if (key?.d !== undefined || key?.kty === 'oct')
      throw new Error(`${jwks} holds a private or shared key; give the public half only`)
    if (!isPublicKey(key)) {
      const name = (key as JWK | null)?.kid
      throw new Error(`${jwks} holds something that is no public key${name ? `: "${name}"` : ''}`)
    }
  }
  return set
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new Error(`cannot read ${path} (${(error as NodeJS.ErrnoException).code})`, { cause: error })
  }
}

function parse(text: string, complaint: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Error(complaint)
  }
}
