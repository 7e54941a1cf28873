import type { ApiClient } from './api-client.ts'
import { RefusedError } from './api-error.ts'

/** More pages than any list of ours can have: a list that leads in a circle ends here. */
const MOST_PAGES = 100_000

/** Every item of a collection, page after page along `next`. One page is in memory at a time. */
export async function* itemsOf<Item>(api: ApiClient, path: string): AsyncGenerator<Item> {
  let next: string | undefined = path
  for (let page = 0; next !== undefined && page < MOST_PAGES; page++) {
    const call = { method: 'GET', path: next } as const
    const answer = await api.expect(call, [200])
    const body = answer.body as { items?: Item[]; next?: string } | undefined
    if (!Array.isArray(body?.items)) throw new RefusedError(call, answer)
    yield* body.items
    next = body.next === undefined ? undefined : pathOf(body.next)
  }
}

/** Links are followed at the gateway we were told to use, whatever origin they name. */
function pathOf(link: string): string {
  const { pathname, search } = new URL(link, 'http://gateway.invalid')
  return pathname + search
}
