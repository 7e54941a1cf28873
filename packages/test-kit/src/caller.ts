import { createServer } from 'node:http'
import { GATEWAY_ISSUER, generateCallerJwk, importCallerKey, signCaller } from '@stockgate/caller'
import type { JSONWebKeySet, JWK } from 'jose'
import { listenForTest } from './listen.ts'
import type { TestScope } from './scope.ts'

export interface TestCaller {
  /** The gateway's private key. */
  readonly jwk: JWK
  readonly jwks: JSONWebKeySet
  readonly jwksUrl: string
  /** The value of the setting TRUSTED_ISSUERS that makes a service accept `token`. */
  readonly trustedIssuers: string
  /** A caller token for the service, as the gateway would send it. */
  token(caller?: { sub?: string; clientId?: string; scopes?: Iterable<string> }): Promise<string>
  /** The same as the headers of a request. */
  headers(caller?: { sub?: string; clientId?: string; scopes?: Iterable<string> }): Promise<{
    authorization: string
  }>
}

/** Stands in for the gateway where a test calls a service directly. `now` is in milliseconds. */
export async function createTestCaller(
  t: TestScope,
  service: string,
  { now = Date.now }: { now?: () => number } = {},
): Promise<TestCaller> {
  const jwk = await generateCallerJwk()
  const key = await importCallerKey(jwk)
  const jwks: JSONWebKeySet = { keys: [key.publicJwk] }
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/jwk-set+json')
    response.end(JSON.stringify(jwks))
  })
  const jwksUrl = `${await listenForTest(t, server)}/.well-known/jwks.json`
  const token: TestCaller['token'] = ({ sub = 'test', clientId = 'test', scopes = [] } = {}) =>
    signCaller(key, service, { sub, clientId, scopes: new Set(scopes) }, Math.floor(now() / 1000), 60)
  return {
    jwk,
    jwks,
    jwksUrl,
    trustedIssuers: JSON.stringify([{ issuer: GATEWAY_ISSUER, jwks: jwksUrl }]),
    token,
    headers: async (caller) => ({ authorization: `Bearer ${await token(caller)}` }),
  }
}
