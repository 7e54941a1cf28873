import type { Shop } from '../shop.ts'

/** Every item of a collection, page after page along `next`. */
export async function everyItem<Item>(shop: Shop, client: string, path: string): Promise<Item[]> {
  const items: Item[] = []
  for (let next: string | undefined = path; next !== undefined; ) {
    const { status, body } = await shop.call(client, 'GET', next)
    if (status !== 200) throw new Error(`GET ${next}: ${status} ${JSON.stringify(body)}`)
    const page = body as { items: Item[]; next?: string }
    items.push(...page.items)
    next = page.next
  }
  return items
}
