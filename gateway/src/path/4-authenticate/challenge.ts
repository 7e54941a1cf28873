import { Refusal } from '../../errors/refusal.ts'

/** The refusals of this stage with the WWW-Authenticate of RFC 6750 and RFC 9728; API keys are named beside it. */
export interface Challenges {
  /** No credential at all: no error code, only where to learn how to get one. */
  noToken(): Refusal
  /** `description` is for the client's developer: plain ASCII without quotes. */
  badToken(description: string, cause?: unknown): Refusal
  /** An unknown, an expired and a revoked key read alike; a key that cannot be one says so. */
  badKey(wellFormed: boolean): Refusal
}

const BAD_FORM = 'The API key is malformed'
const BAD_KEY = 'The API key is not valid'

/** `keys`: whether API keys are taken here. No scheme for them is registered, so the parameter names the header. */
export function createChallenges(publicUrl: string, keys: boolean): Challenges {
  const bearer = `Bearer resource_metadata="${publicUrl}/.well-known/oauth-protected-resource"`
  const beside = keys ? ', ApiKey header="X-API-Key"' : ''
  return {
    noToken: () => new Refusal('GW_NO_TOKEN', { headers: { 'www-authenticate': bearer + beside } }),
    badToken: (description, cause) =>
      new Refusal('GW_BAD_TOKEN', {
        detail: `${description}.`,
        headers: {
          'www-authenticate': `${bearer}, error="invalid_token", error_description="${description}"${beside}`,
        },
        ...(cause !== undefined && { cause }),
      }),
    badKey: (wellFormed) => {
      const description = wellFormed ? BAD_KEY : BAD_FORM
      const named = keys ? `${beside}, error="invalid_key", error_description="${description}"` : ''
      return new Refusal('GW_BAD_KEY', {
        detail: `${description}.`,
        headers: { 'www-authenticate': bearer + named },
      })
    },
  }
}
