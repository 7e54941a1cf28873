import { draft, type ProductContent, type ProductPatch, revise, sameContent } from './product.ts'
import { Refusal } from './refusal.ts'

/** One item of a batch: a product named by its sku, and what shall hold of it. */
export interface BatchItem {
  readonly index: number
  readonly said: ProductPatch & { sku: string }
}

export type BatchPlan<Present> = { readonly item: BatchItem } & (
  | { readonly act: 'create'; readonly next: ProductContent }
  | { readonly act: 'change'; readonly present: Present; readonly next: ProductContent }
  | { readonly act: 'nothing'; readonly present: Present }
  | { readonly act: 'refuse'; readonly refusal: Refusal }
)

/**
 * What each item comes to, given the products that have the skus and who owns the barcodes. An item that says what is
 * already so comes to nothing, which makes a batch repeatable without keys.
 */
export function planBatch<Present extends ProductContent & { readonly id: string }>(
  items: readonly BatchItem[],
  presentBySku: ReadonlyMap<string, Present>,
  ownerOf: (barcode: string) => string | undefined,
): BatchPlan<Present>[] {
  const skus = new Set<string>()
  const claimed = new Set<string>()
  return items.map((item): BatchPlan<Present> => {
    const present = presentBySku.get(item.said.sku)
    try {
      const base = `#/items/${item.index}`
      if (skus.has(item.said.sku)) throw takenSku(base)
      const next = nextOf(item, present, base)
      skus.add(item.said.sku)
      if (present && sameContent(present, next)) return { item, act: 'nothing', present }
      refuseTakenBarcodes(next, present?.id, base, ownerOf, claimed)
      return present ? { item, act: 'change', present, next } : { item, act: 'create', next }
    } catch (error) {
      if (error instanceof Refusal) return { item, act: 'refuse', refusal: error }
      throw error
    }
  })
}

function nextOf({ said }: BatchItem, present: ProductContent | undefined, base: string): ProductContent {
  if (present?.status === 'ARCHIVED' && said.status === undefined)
    throw new Refusal('illegal-transition', 'This product is archived: say status ACTIVE to restore it.')
  if (present) return revise(present, said, base)
  const { sku, name } = said
  if (name === undefined)
    throw new Refusal('validation-error', 'A new product needs a name.', [
      { pointer: `${base}/name`, detail: 'is required' },
    ])
  return draft({ ...said, sku, name }, base)
}

function takenSku(base: string): Refusal {
  return new Refusal('duplicate-sku', 'An earlier item of this batch has this sku.', [
    { pointer: `${base}/sku`, detail: 'is named twice' },
  ])
}

function refuseTakenBarcodes(
  next: ProductContent,
  id: string | undefined,
  base: string,
  ownerOf: (barcode: string) => string | undefined,
  claimed: Set<string>,
): void {
  const faults = next.barcodes.flatMap(({ value }, index) => {
    const owner = ownerOf(value)
    const taken = claimed.has(value) || (owner !== undefined && owner !== id)
    return taken ? [{ pointer: `${base}/barcodes/${index}/value`, detail: 'is taken' }] : []
  })
  if (faults.length > 0)
    throw new Refusal('duplicate-barcode', 'Another product or location has this barcode.', faults)
  for (const { value } of next.barcodes) claimed.add(value)
}
