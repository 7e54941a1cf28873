import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import {
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  type JSONWebKeySet,
  type JWTHeaderParameters,
  SignJWT,
} from 'jose'
import { listenForTest } from './listen.ts'
import type { TestScope } from './scope.ts'

export interface TestIssuer {
  readonly issuer: string
  readonly audience: string
  readonly jwks: JSONWebKeySet
  /** Serves `jwks` until the test ends. */
  readonly jwksUrl: string
  /**
   * A good access token (RFC 9068) of client `test`, changed by `claims` and `header`; a member given as
   * undefined is left out.
   */
  sign(claims?: Record<string, unknown>, header?: Record<string, unknown>): Promise<string>
}

export interface TestIssuerOptions {
  issuer?: string
  audience?: string
  alg?: string
  /** Milliseconds since the epoch; `iat` and `exp` count from here. */
  now?: () => number
}

/** An issuer with a key of its own. */
export async function createTestIssuer(t: TestScope, options: TestIssuerOptions = {}): Promise<TestIssuer> {
  const {
    issuer = 'https://issuer.test',
    audience = 'https://api.test',
    alg = 'ES256',
    now = Date.now,
  } = options
  const { privateKey, publicKey } = await generateKeyPair(alg)
  const publicJwk = await exportJWK(publicKey)
  const kid = await calculateJwkThumbprint(publicJwk)
  const jwks: JSONWebKeySet = { keys: [{ ...publicJwk, kid, alg, use: 'sig' }] }
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/jwk-set+json')
    response.end(JSON.stringify(jwks))
  })
  const jwksUrl = `${await listenForTest(t, server)}/jwks.json`

  const sign: TestIssuer['sign'] = (claims = {}, header = {}) => {
    const iat = Math.floor(now() / 1000)
    const payload = {
      iss: issuer,
      aud: audience,
      sub: 'test',
      client_id: 'test',
      iat,
      exp: iat + 300,
      jti: randomUUID(),
      ...claims,
    }
    return new SignJWT(withoutUndefined(payload))
      .setProtectedHeader(withoutUndefined({ alg, typ: 'at+jwt', kid, ...header }) as JWTHeaderParameters)
      .sign(privateKey)
  }
  return { issuer, audience, jwks, jwksUrl, sign }
}

function withoutUndefined(object: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined))
}
