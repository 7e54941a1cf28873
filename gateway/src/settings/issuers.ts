import { readFileSync } from 'node:fs'
import { ALGORITHMS } from './algorithms.ts'
import { type KeyRing, readKeyRing } from './key-ring.ts'

/** Whose access tokens are accepted: what `iss` and `aud` must say, and with which keys and algorithms it signs. */
export interface Issuer {
  readonly issuer: string
  readonly audience: string
  /** A URL that is asked again and again, or a key set read once from a file. */
  readonly keys: URL | KeyRing
  readonly algorithms: readonly string[]
  /** How far its clock and ours may be apart, in seconds: how long after `exp` a token is still good, */
  readonly expLeeway: number
  /** how long before `nbf` it is already, */
  readonly nbfLeeway: number
  /** and how far in the future it may have been issued. */
  readonly iatLeeway: number
}

const EXPECTED = 'expected a JSON list like [{"issuer":"…","audience":"…","jwks":"URL or file"}]'
const LEEWAYS = ['expLeeway', 'nbfLeeway', 'iatLeeway'] as const
const MEMBERS = ['issuer', 'audience', 'jwks', 'algorithms', ...LEEWAYS]
/** Clocks that are further apart are broken, and each second lets somebody in for longer. */
const LONGEST_LEEWAY = 60
const LEEWAY = 5

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
  const leeways = Object.fromEntries(LEEWAYS.map((name) => [name, leewayOf(name, entry)]))
  return Object.freeze({
    issuer: issuer as string,
    audience: audience as string,
    keys: readKeys(jwks as string, algorithms),
    algorithms: Object.freeze([...algorithms]) as readonly string[],
    ...(leeways as Record<(typeof LEEWAYS)[number], number>),
  })
}

function leewayOf(name: string, entry: object): number {
  const { [name]: seconds = LEEWAY } = entry as Record<string, unknown>
  if (!Number.isInteger(seconds) || (seconds as number) < 0 || (seconds as number) > LONGEST_LEEWAY)
    throw new Error(`"${name}" is a whole number of seconds from 0 to ${LONGEST_LEEWAY}`)
  return seconds as number
}

function readKeys(jwks: string, algorithms: readonly string[]): URL | KeyRing {
  if (/^https?:\/\//i.test(jwks)) {
    const url = URL.parse(jwks)
    if (!url) throw new Error(`"${jwks}" is no valid URL`)
    if (url.username || url.password)
      throw new Error(`"${url.origin}${url.pathname}" may have no user: a key set is public`)
    return url
  }
  const ring = readKeyRing(parse(readText(jwks), `${jwks} is no valid JSON`), algorithms)
  if (ring === undefined || ring.keys.size + ring.skipped.length === 0)
    throw new Error(`${jwks} is no key set: expected {"keys":[…]} with at least one key`)
  for (const { kid, flaw } of ring.skipped) {
    if (flaw === 'private' || flaw === 'shared')
      throw new Error(`${jwks} holds a private or shared key; give the public half only`)
    const named = kid === null ? '' : `: "${kid}"`
    if (flaw === 'nameless') throw new Error(`${jwks} holds a key without kid; tokens name their key by it`)
    if (flaw === 'ambiguous') throw new Error(`${jwks} holds two keys under one kid${named}`)
    if (flaw !== 'use' && flaw !== 'algorithm')
      throw new Error(`${jwks} holds something that is no public key${named}`)
  }
  if (ring.keys.size === 0)
    throw new Error(`${jwks} has no key for signatures of ${algorithms.join(', ')}; see "algorithms"`)
  return ring
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
