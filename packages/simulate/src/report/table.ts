import { plain } from './plain.ts'

const GAP = '  '

/** A plain table: the first `texts` columns stand on the left, the others are figures and stand on the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[], texts = 1): string {
  const all = [head, ...rows].map((row) => row.map(plain))
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)))
  const lines = all.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] as number
        return column < texts ? cell.padEnd(width) : cell.padStart(width)
      })
      .join(GAP)
      .trimEnd(),
  )
  const [first = '', ...rest] = lines
  return [first, '─'.repeat(Math.max(...lines.map(({ length }) => length))), ...rest].join('\n')
}
