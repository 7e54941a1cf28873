import { setTimeout as delay } from 'node:timers/promises'

/** Looks until `isThere` accepts what it sees, 40 s at most; gives the last sight either way. */
export async function eventually<T>(look: () => Promise<T>, isThere: (seen: T) => boolean): Promise<T> {
  const until = performance.now() + 40_000
  for (;;) {
    const seen = await look()
    if (isThere(seen) || performance.now() > until) return seen
    await delay(50)
  }
}
