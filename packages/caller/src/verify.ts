import { createHash } from 'node:crypto'
import { createLocalJWKSet, type JSONWebKeySet, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose'
import { CALLER_ALGORITHM, CALLER_TYPE, type Caller, serviceAudience } from './caller.ts'
import { isCanonicalToken } from './canonical-token.ts'
import { CallerRefused } from './refused.ts'
import { remoteKeys } from './remote-keys.ts'

/** Someone whose signature a service trusts: the gateway, or the issuer of service-to-service tokens. */
export interface TrustedIssuer {
  readonly issuer: string
  /** The key set, or the URL that serves it. */
  readonly keys: JSONWebKeySet | URL
}

/**
 * Verifies one bearer token. Rejects with a jose error or CallerRefused when it is not good for this service, with
 * KeysUnreachable where that cannot be told.
 */
export type CallerVerifier = (token: string) => Promise<Caller>

interface Remembered {
  readonly caller: Caller
  readonly expires: number
}

const REMEMBERED_MOST = 10_000
/** How far the clocks of an issuer and ours may be apart. */
const TOLERANCE_S = 5

/**
 * A verifier for the tokens of one service: spelling, signature, `iss`, `aud`, `typ`, `exp`, `iat` and algorithm are
 * all enforced.
 * A verified token is remembered by the SHA-256 of its bytes until it expires, 60 s at most. `now` is in seconds.
 */
export function createCallerVerifier(
  service: string,
  trusted: readonly TrustedIssuer[],
  now: () => number = () => Date.now() / 1000,
): CallerVerifier {
  const keysByIssuer = new Map<string, JWTVerifyGetKey>(
    trusted.map(({ issuer, keys }) => [
      issuer,
      keys instanceof URL ? remoteKeys(keys, now) : createLocalJWKSet(keys),
    ]),
  )
  const issuers = [...keysByIssuer.keys()]
  const remembered = new Map<string, Remembered>()

  return async (token) => {
    const id = createHash('sha256').update(token).digest('base64')
    const known = remembered.get(id)
    if (known && known.expires > now()) return known.caller
    if (!isCanonicalToken(token)) throw new CallerRefused('the token is malformed')

    const { payload } = await jwtVerify(
      token,
      (header, input) => {
        const keys = keysByIssuer.get(issuerOf(input.payload))
        if (!keys) throw new CallerRefused('the issuer is not trusted')
        return keys(header, input)
      },
      {
        algorithms: [CALLER_ALGORITHM],
        typ: CALLER_TYPE,
        issuer: issuers,
        audience: serviceAudience(service),
        requiredClaims: ['exp', 'iat', 'sub', 'client_id'],
        currentDate: new Date(now() * 1000),
        clockTolerance: TOLERANCE_S,
      },
    )
    const caller = callerOf(payload, now())
    remember(remembered, id, { caller, expires: Math.min(Number(payload.exp), now() + 60) })
    return caller
  }
}

function callerOf(payload: JWTPayload, now: number): Caller {
  const { sub, client_id: clientId, scope = '', iat = 0 } = payload
  if (typeof sub !== 'string' || sub === '') throw new CallerRefused('the claim sub is not a text')
  if (typeof clientId !== 'string' || clientId === '')
    throw new CallerRefused('the claim client_id is not a text')
  if (typeof scope !== 'string') throw new CallerRefused('the claim scope is not a text')
  if (iat > now + TOLERANCE_S) throw new CallerRefused('the token was issued in the future')
  return Object.freeze({ sub, clientId, scopes: new Set(scope.split(' ').filter(Boolean)) })
}

/** The `iss` of a token nobody has verified: it only chooses whose keys are tried. */
function issuerOf(payload: unknown): string {
  const text = typeof payload === 'string' ? payload : new TextDecoder().decode(payload as Uint8Array)
  try {
    const claims: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
    return claims && typeof claims === 'object' && 'iss' in claims ? String(claims.iss) : ''
  } catch {
    throw new CallerRefused('the claims are no JSON')
  }
}

/** Oldest first out: a Map keeps insertion order. */
function remember(map: Map<string, Remembered>, id: string, entry: Remembered): void {
  map.set(id, entry)
  if (map.size > REMEMBERED_MOST) map.delete(map.keys().next().value as string)
}
