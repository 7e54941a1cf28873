/** How a token was handed over: RFC 6750 for whoever has it, RFC 9449 with a proof of its key. */
export type Scheme = 'Bearer' | 'DPoP'

export interface Presented {
  readonly scheme: Scheme
  /** As it stands there, not judged yet. */
  readonly token: string
}

const SCHEME = /^(?:(bearer)|dpop) +/i

/** The token of an Authorization header; undefined where it is of no scheme that carries tokens. */
export function presentedIn(authorization: string | undefined): Presented | undefined {
  if (authorization === undefined) return undefined
  const found = SCHEME.exec(authorization)
  if (found === null) return undefined
  return { scheme: found[1] === undefined ? 'DPoP' : 'Bearer', token: authorization.slice(found[0].length) }
}

const IN_QUERY = /[?&]access_token=/

/** Whether a target brings a token in its query, the form of RFC 6750 §2.3 that is not taken here. */
export function hasTokenInQuery(target: string): boolean {
  // The common target has no such word, and then no expression is run.
  return target.includes('access_token=') && IN_QUERY.test(target)
}
