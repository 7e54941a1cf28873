import type { Report } from './report.ts'

/** The report as a document with names in snake_case, as the admin API writes them. */
export function asJson(report: Report): string {
  return `${JSON.stringify(renamed(report), null, 2)}\n`
}

function renamed(value: unknown): unknown {
  if (typeof value === 'number' || typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(renamed)
  const entries = Object.entries(value).map(([name, inner]) => {
    // Columns carry microseconds; everything else tells time in ISO 8601 already.
    const told =
      name === 'at' && typeof inner === 'number' ? new Date(inner / 1000).toISOString() : renamed(inner)
    return [name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), told]
  })
  return Object.fromEntries(entries)
}
