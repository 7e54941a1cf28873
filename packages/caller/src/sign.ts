import { randomUUID } from 'node:crypto'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose'
import { CALLER_ALGORITHM, CALLER_TYPE, type Caller, GATEWAY_ISSUER, serviceAudience } from './caller.ts'

/** The gateway's private signing key and the public half that services fetch. */
export interface CallerKey {
  readonly kid: string
  readonly privateKey: CryptoKey
  readonly publicJwk: JWK
}

/** A fresh ES256 key as a private JWK, ready to be stored. */
export async function generateCallerJwk(): Promise<JWK> {
  const { privateKey } = await generateKeyPair(CALLER_ALGORITHM, { extractable: true })
  const jwk = await exportJWK(privateKey)
  return { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: CALLER_ALGORITHM, use: 'sig' }
}

/** Reads a stored private JWK. Throws a TypeError when it is not a private P-256 key. */
export async function importCallerKey(jwk: JWK): Promise<CallerKey> {
  if (jwk.kty !== 'EC' || jwk.crv !== 'P-256' || !jwk.d) throw new TypeError('not a private P-256 JWK')
  const kid = jwk.kid ?? (await calculateJwkThumbprint(jwk))
  const privateKey = (await importJWK(jwk, CALLER_ALGORITHM)) as CryptoKey
  const { d: _private, ...rest } = jwk
  return { kid, privateKey, publicJwk: { ...rest, kid, alg: CALLER_ALGORITHM, use: 'sig' } }
}

/**
 * A caller token for one service (RFC 9068 shape: iss, aud, sub, client_id, scope, iat, exp, jti).
 * `now` and `lifetime` are in seconds.
 */
export async function signCaller(
  key: CallerKey,
  service: string,
  caller: Caller,
  now: number,
  lifetime: number,
): Promise<string> {
  return new SignJWT({ client_id: caller.clientId, scope: [...caller.scopes].join(' ') })
    .setProtectedHeader({ alg: CALLER_ALGORITHM, typ: CALLER_TYPE, kid: key.kid })
    .setIssuer(GATEWAY_ISSUER)
    .setAudience(serviceAudience(service))
    .setSubject(caller.sub)
    .setIssuedAt(now)
    .setExpirationTime(now + lifetime)
    .setJti(randomUUID())
    .sign(key.privateKey)
}
