import { createHash } from 'node:crypto'
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  type JSONWebKeySet,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose'
import { CALLER_ALGORITHM, CALLER_TYPE, type Caller, serviceAudience } from './caller.ts'

/** Someone whose signature a service trusts: the gateway, or the issuer of service-to-service tokens. */
export interface TrustedIssuer {
  readonly issuer: string
  /** The key set, or the URL that serves it. */
  readonly keys: JSONWebKeySet | URL
}

/** Verifies one bearer token; rejects with a jose error when it is not good for this service. */
export type CallerVerifier = (token: string) => Promise<Caller>

interface Remembered {
  readonly caller: Caller
  readonly expires: number
}

const REMEMBERED_MOST = 10_000

/**
 * A verifier for the tokens of one service: signature, `iss`, `aud`, `typ`, `exp` and algorithm are all enforced.
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
      keys instanceof URL ? createRemoteJWKSet(keys, { cooldownDuration: 2_000 }) : createLocalJWKSet(keys),
    ]),
  )
  const issuers = [...keysByIssuer.keys()]
  const remembered = new Map<string, Remembered>()

  return async (token) => {
    const id = createHash('sha256').update(token).digest('base64')
    const known = remembered.get(id)
    if (known && known.expires > now()) return known.caller

    const { payload } = await jwtVerify(
      token,
      (header, input) => {
        const keys = keysByIssuer.get(issuerOf(input.payload))
        if (!keys) throw new TypeError('unknown issuer')
        return keys(header, input)
      },
      {
        algorithms: [CALLER_ALGORITHM],
        typ: CALLER_TYPE,
        issuer: issuers,
        audience: serviceAudience(service),
        requiredClaims: ['exp', 'iat', 'sub', 'client_id'],
        currentDate: new Date(now() * 1000),
        clockTolerance: 5,
      },
    )
    const caller: Caller = Object.freeze({
      sub: String(payload.sub),
      clientId: String(payload.client_id),
      scopes: new Set(typeof payload.scope === 'string' ? payload.scope.split(' ').filter(Boolean) : []),
    })
    remember(remembered, id, { caller, expires: Math.min(Number(payload.exp), now() + 60) })
    return caller
  }
}

function issuerOf(payload: unknown): string {
  const text = typeof payload === 'string' ? payload : new TextDecoder().decode(payload as Uint8Array)
  const claims: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
  return claims && typeof claims === 'object' && 'iss' in claims ? String(claims.iss) : ''
}

/** Oldest first out: a Map keeps insertion order. */
function remember(map: Map<string, Remembered>, id: string, entry: Remembered): void {
  map.set(id, entry)
  if (map.size > REMEMBERED_MOST) map.delete(map.keys().next().value as string)
}
