import { Refusal } from '../../errors/refusal.ts'

/** The refusals of this stage with the WWW-Authenticate of RFC 6750 and RFC 9728. */
export interface Challenges {
  /** No token at all: no error code, only where to learn how to get one. */
  noToken(): Refusal
  /** `description` is for the client's developer: plain ASCII without quotes. */
  badToken(description: string, cause?: unknown): Refusal
}

export function createChallenges(publicUrl: string): Challenges {
  const bare = `Bearer resource_metadata="${publicUrl}/.well-known/oauth-protected-resource"`
  return {
    noToken: () => new Refusal('GW_NO_TOKEN', { headers: { 'www-authenticate': bare } }),
    badToken: (description, cause) =>
      new Refusal('GW_BAD_TOKEN', {
        detail: `${description}.`,
        headers: {
          'www-authenticate': `${bare}, error="invalid_token", error_description="${description}"`,
        },
        ...(cause !== undefined && { cause }),
      }),
  }
}
