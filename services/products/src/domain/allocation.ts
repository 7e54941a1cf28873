import type { Fault } from './refusal.ts'
import { available, type Level, levelKey } from './stock-level.ts'

/** A line of a reservation to be, its product known. */
export interface WantedLine {
  readonly lineId: string
  readonly productId: string
  readonly sku: string
  readonly quantity: number
  /** The one place it may come from; null when any will do. */
  readonly locationId: string | null
}

export interface AllocatedLine extends WantedLine {
  readonly allocations: readonly { readonly locationId: string; readonly quantity: number }[]
}

/**
 * Divides what is available among the lines, one place per line where one place is enough, else the fullest places
 * first. Lines bound to a place go before free ones of the same product, which could take it from them.
 * `short` has one fault per line that cannot be filled.
 */
export function allocate(
  lines: readonly WantedLine[],
  levels: readonly Level[],
): { allocated: AllocatedLine[]; short: Fault[] } {
  const left = new Map(levels.map((level) => [levelKey(level.productId, level.locationId), available(level)]))
  const places = Map.groupBy(levels, (level) => level.productId)
  const outcome: (AllocatedLine | Fault)[] = new Array(lines.length)

  const fill = (line: WantedLine, index: number) => {
    const amount = (locationId: string) => Math.max(0, left.get(levelKey(line.productId, locationId)) ?? 0)
    const candidates =
      line.locationId !== null
        ? [line.locationId]
        : (places.get(line.productId) ?? [])
            .map((level) => level.locationId)
            .sort((a, b) => amount(b) - amount(a) || (a < b ? -1 : 1))
    const total = candidates.reduce((sum, locationId) => sum + amount(locationId), 0)
    if (total < line.quantity) {
      outcome[index] = shortFault(line, index, total)
      return
    }
    let missing = line.quantity
    const allocations = []
    for (const locationId of candidates) {
      const quantity = Math.min(missing, amount(locationId))
      if (quantity === 0) continue
      const key = levelKey(line.productId, locationId)
      left.set(key, (left.get(key) as number) - quantity)
      allocations.push({ locationId, quantity })
      missing -= quantity
      if (missing === 0) break
    }
    outcome[index] = { ...line, allocations }
  }

  for (const [index, line] of lines.entries()) if (line.locationId !== null) fill(line, index)
  for (const [index, line] of lines.entries()) if (line.locationId === null) fill(line, index)
  return {
    allocated: outcome.filter((one): one is AllocatedLine => 'allocations' in one),
    short: outcome.filter((one): one is Fault => !('allocations' in one)),
  }
}

function shortFault(line: WantedLine, index: number, total: number): Fault {
  return {
    pointer: `#/lines/${index}/quantity`,
    code: 'SHORT',
    detail: `${line.quantity} requested, ${total} available`,
    sku: line.sku,
    product_id: line.productId,
    requested: line.quantity,
    available: total,
  }
}
