import { classify } from './invoice-line.ts'
import { isGoods, skuOf } from './product-code.ts'
import type { CsvRecord } from './records.ts'

/** One product to be registered. */
export interface NamedProduct {
  readonly sku: string
  readonly name: string
}

const LONGEST_NAME = 200

/**
 * Gathers the distinct products of a file with the best description of each. Lines that sell count for the name;
 * notes such as "damaged" or "check" stand on stock corrections and never become one.
 */
export class ProductNames {
  readonly #votes = new Map<string, Map<string, number>>()

  add(record: CsvRecord): void {
    const sku = skuOf(record.fields?.[1] ?? '')
    if (!isGoods(sku)) return
    const votes = this.#votes.get(sku) ?? new Map<string, number>()
    this.#votes.set(sku, votes)
    const line = classify(record)
    if (line.kind === 'skipped' || line.priceMinor === 0 || line.description === '') return
    const name = line.description.replace(/\s+/g, ' ').slice(0, LONGEST_NAME)
    votes.set(name, (votes.get(name) ?? 0) + 1)
  }

  /** Every product in order of sku, so that a second reading of the file gives the same list. */
  products(): NamedProduct[] {
    return [...this.#votes]
      .map(([sku, votes]) => ({ sku, name: best(votes) ?? `Product ${sku}` }))
      .sort((a, b) => (a.sku < b.sku ? -1 : 1))
  }
}

/** The name most lines use; of equals the longer one, then the first in the alphabet. */
function best(votes: ReadonlyMap<string, number>): string | undefined {
  let winner: [string, number] | undefined
  for (const entry of votes) if (!winner || beats(entry, winner)) winner = entry
  return winner?.[0]
}

function beats([name, count]: [string, number], [otherName, otherCount]: [string, number]): boolean {
  if (count !== otherCount) return count > otherCount
  if (name.length !== otherName.length) return name.length > otherName.length
  return name < otherName
}
