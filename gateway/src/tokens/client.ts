/** Who calls, as a verified token or API key says. Lives as long as the credential is remembered. */
export interface Client {
  readonly sub: string
  readonly clientId: string
  readonly scopes: ReadonlySet<string>
  /** Claims of the token that are plain texts; limits may be counted by one of them, such as a tenant. */
  readonly claims: Readonly<Record<string, string>>
  /** When the credential ends, in seconds since the epoch. */
  readonly expires: number
  /** Caller tokens made for this client, by service. */
  readonly callerTokens: Map<string, string | Promise<string>>
}
