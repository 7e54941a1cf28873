import { createHmac, createSecretKey } from 'node:crypto'

/** What is kept of a key instead of the key: without the pepper nobody can make one that fits. */
export interface Seal {
  /** HMAC-SHA-256 of the whole key text under the pepper, base64url. */
  of(text: string): string
  /** Tells one pepper from another and nothing else, so that keys made under another one are noticed. */
  readonly pepper: string
}

/** The seal of one pepper. */
export function createSeal(pepper: string): Seal {
  const secret = createSecretKey(Buffer.from(pepper, 'utf8'))
  const of = (text: string): string => createHmac('sha256', secret).update(text).digest('base64url')
  return { of, pepper: of('stockgate pepper').slice(0, 8) }
}
