import { inFlight } from '../../client/in-flight.ts'
import type { CancellationLine } from '../plan/documents.ts'
import { chunked, unitsBySku } from '../plan/quantities.ts'
import type { ReplayRun } from './replay-run.ts'

/** Units that came back into stock. */
export interface Returned {
  /** Movements this run recorded. */
  recorded: number
  /** Movements an earlier run had recorded. */
  replayed: number
  lines: number
  units: number
}

/** A line to take back; `order` names the invoice whose order it should have been cancelled in, had there been time. */
export type ReturnLine = CancellationLine & { readonly order?: string }

const MOST_LINES = 500

/**
 * Takes goods back into stock, one movement per cancellation document. The Idempotency-Key comes from its number,
 * so a second run takes nothing back twice.
 */
export async function returnGoods(
  run: ReplayRun,
  lines: readonly ReturnLine[],
  locationId: string,
): Promise<Returned> {
  const result = { recorded: 0, replayed: 0, lines: 0, units: 0 }
  await inFlight(Map.groupBy(lines, returnKey), run, async ([key, together]) => {
    let part = 0
    for (const some of chunked([...unitsBySku(together)], MOST_LINES)) {
      const answer = await run.clerk.expect(
        {
          method: 'POST',
          path: '/stock-movements',
          idempotencyKey: `${key}-${part++}`,
          body: {
            type: 'RETURN',
            reason: 'RETURNED',
            reference: { type: 'INVOICE', id: together[0]?.invoice },
            lines: some.map(([sku, units]) => ({
              product_id: run.catalogue.idOf.get(sku),
              location_id: locationId,
              delta: units,
            })),
          },
        },
        [201],
      )
      if (answer.headers['idempotent-replayed'] === 'true') result.replayed++
      else result.recorded++
    }
    result.lines += together.length
    for (const { quantity } of together) result.units += quantity
    run.onProgress()
  })
  return result
}

/** Lines that came too late for their order go apart from the others, so neither changes what the other one sends. */
function returnKey({ invoice, order }: ReturnLine): string {
  return order === undefined ? `return-${invoice}` : `return-${invoice}-of-${order}`
}
