import type { ApiClient } from '../../client/api-client.ts'
import { itemsOf } from '../../client/pages.ts'
import { isKeyForgotten } from './key-memory.ts'

interface ReturnEntry {
  readonly document_id: string
  readonly product_id: string
  readonly delta: number
  readonly recorded_at: string
  readonly reference: { readonly id: string } | null
}

/**
 * Movements of returns that the ledger has had for so long that their keys are forgotten: how many there are of each
 * content. `returnContent` tells the content of one.
 */
export async function oldReturns(clerk: ApiClient, now: number): Promise<Map<string, number>> {
  const documents = new Map<string, { invoice: string; units: [string, number][] }>()
  const path = '/stock-movements?type=RETURN&reference_type=INVOICE&limit=200'
  for await (const entry of itemsOf<ReturnEntry>(clerk, path)) {
    if (!entry.reference || !isKeyForgotten(entry.recorded_at, now)) continue
    const document = documents.get(entry.document_id) ?? { invoice: entry.reference.id, units: [] }
    document.units.push([entry.product_id, entry.delta])
    documents.set(entry.document_id, document)
  }
  const counts = new Map<string, number>()
  for (const { invoice, units } of documents.values()) {
    const content = returnContent(invoice, units)
    counts.set(content, (counts.get(content) ?? 0) + 1)
  }
  return counts
}

/** What a return says, whatever the order of its lines: the cancellation document and the units per product. */
export function returnContent(invoice: string, units: Iterable<readonly [string, number]>): string {
  const lines = Array.from(units, ([product, delta]) => `${product} ${delta}`)
  return [invoice, ...lines.sort()].join('\n')
}
