/** What a token is bound to (`cnf`): it is good only in the hands of whoever holds that key. */
export interface Confirmation {
  /** Thumbprint of the client's DPoP key, RFC 9449 §6.1; null where it is not bound to one. */
  readonly jkt: string | null
  /** Thumbprint of the client's certificate, RFC 8705 §3.1. */
  readonly x5t: string | null
}

/** Who calls, as a verified token or API key says. Lives as long as the credential is remembered. */
export interface Client {
  readonly sub: string
  readonly clientId: string
  readonly scopes: ReadonlySet<string>
  /** Claims of the token that are plain texts; limits may be counted by one of them, such as a tenant. */
  readonly claims: Readonly<Record<string, string>>
  /** When the credential ends, in seconds since the epoch. */
  readonly expires: number
  /** Null for a token that whoever has it may use, and for API keys. */
  readonly confirmation: Confirmation | null
  /** Caller tokens made for this client, by service. */
  readonly callerTokens: Map<string, string | Promise<string>>
}
