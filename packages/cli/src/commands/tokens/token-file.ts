import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

/** What the listener is told of a token: enough to know it again, and nothing that anybody could call with. */
export interface TokenName {
  /** SHA-256 over the whole token, base64url. */
  readonly hash: string
  /** Seconds until it ends by itself; undefined where it does not say. */
  readonly endsIn: number | undefined
}

const FORM = /^[\w-]+\.([\w-]+)\.[\w-]+$/

/** Reads a token from a file, or from the standard input where that is `-`. Throws an Error that says what is wrong. */
export function readTokenFile(path: string): TokenName {
  let text: string
  try {
    text = readFileSync(path === '-' ? 0 : path, 'utf8')
  } catch (error) {
    throw new Error(`cannot read ${path} (${(error as NodeJS.ErrnoException).code})`, { cause: error })
  }
  const token = text.trim().replace(/^bearer +/i, '')
  const claims = FORM.exec(token)?.[1]
  if (claims === undefined)
    throw new Error(`${path} holds no access token: expected three parts with dots between`)
  return { hash: createHash('sha256').update(token).digest('base64url'), endsIn: endOf(claims) }
}

function endOf(claims: string): number | undefined {
  try {
    const { exp } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { exp?: unknown }
    return typeof exp === 'number' ? Math.ceil(exp - Date.now() / 1000) : undefined
  } catch {
    return undefined
  }
}
