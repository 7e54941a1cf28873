import { createHash } from 'node:crypto'

const PLAIN = /^[\w.:@/-]{1,120}$/

/**
 * The key a limiter counts under: the caller's own where that is short and plain, else its hash. So no key is
 * longer than 120 characters, none holds a brace that would move it to another slot of a Redis cluster, and no two
 * callers meet (`~` is not plain).
 */
export function boundedKey(key: string): string {
  return PLAIN.test(key) ? key : `~${createHash('sha256').update(key).digest('base64url')}`
}
