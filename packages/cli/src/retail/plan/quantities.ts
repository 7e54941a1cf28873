/** The sum of units per sku, in order of first appearance. */
export function unitsBySku(
  lines: Iterable<{ readonly sku: string; readonly quantity: number }>,
): Map<string, number> {
  const units = new Map<string, number>()
  for (const { sku, quantity } of lines) units.set(sku, (units.get(sku) ?? 0) + quantity)
  return units
}

/** The items in runs of at most `most`. */
export function* chunked<Item>(items: readonly Item[], most: number): Generator<readonly Item[]> {
  for (let start = 0; start < items.length; start += most) yield items.slice(start, start + most)
}
