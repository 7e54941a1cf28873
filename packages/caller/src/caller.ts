/** Who stands behind a call, as the gateway hands it to a service. */
export interface Caller {
  /** The subject: a user id, or the client id where a client acts for itself. */
  readonly sub: string
  readonly clientId: string
  readonly scopes: ReadonlySet<string>
}

/** Issuer of caller tokens, the `iss` every gateway of one installation signs with. */
export const GATEWAY_ISSUER = 'urn:stockgate:gateway'

/** The audience of a service's tokens: `urn:stockgate:<service>`. */
export function serviceAudience(service: string): string {
  return `urn:stockgate:${service}`
}

/** The JWT header type of caller tokens; the same as access tokens (RFC 9068), so one verifier serves both. */
export const CALLER_TYPE = 'at+jwt'

/** The one algorithm of caller tokens. */
export const CALLER_ALGORITHM = 'ES256'
