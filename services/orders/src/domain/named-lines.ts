import { ProblemError, problems } from '@stockgate/problem'
import { type Fault, type Line, lineId, type Order } from './order.ts'
import type { LineQuantity } from './reservations.ts'

/** The order's line for each one named; 400 for names that are unknown or stand twice. */
export function linesNamed(order: Order, named: readonly LineQuantity[]): Line[] {
  const byId = new Map(order.lines.map((line) => [lineId(line), line]))
  const seen = new Set<string>()
  const errors: Fault[] = []
  const lines: Line[] = []
  for (const [i, one] of named.entries()) {
    const line = byId.get(one.lineId)
    const pointer = `#/lines/${i}/line_id`
    if (!line) errors.push({ pointer, detail: 'is not a line of this order', code: 'UNKNOWN_LINE' })
    else if (seen.has(one.lineId)) errors.push({ pointer, detail: 'stands twice', code: 'REPEATED_LINE' })
    else lines.push(line)
    seen.add(one.lineId)
  }
  if (errors.length > 0) throw new ProblemError(problems.validationError, { errors })
  return lines
}
