import { partitionWords } from '../limit-words.ts'
import type { Tier } from '../policy.ts'

const WHILE_AWAY = {
  share: 'each gateway keeps to its share',
  closed: 'calls are answered 503',
  open: 'everything is admitted',
}

/** What differs between two tiers besides their limits. */
export function manners(was: Tier, is: Tier): [key: string, words: string][] {
  const found: [string, string][] = []
  if (was.per !== is.per)
    found.push(['per', `counted by ${partitionWords(is.per)} instead of ${partitionWords(was.per)}`])
  if (was.onStoreFailure !== is.onStoreFailure) {
    const words = `while Redis is away ${WHILE_AWAY[is.onStoreFailure]}, before ${WHILE_AWAY[was.onStoreFailure]}`
    found.push(['onStoreFailure', words])
  }
  if (was.legacyHeaders !== is.legacyHeaders)
    found.push([
      'legacyHeaders',
      `answers ${is.legacyHeaders ? '' : 'no longer '}carry X-RateLimit-* headers`,
    ])
  return found
}
