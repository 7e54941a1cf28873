import { inFlight } from '../../client/in-flight.ts'
import type { CancellationLine } from '../plan/documents.ts'
import { chunked, unitsBySku } from '../plan/quantities.ts'
import { oldReturns, returnContent } from './recorded-returns.ts'
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
  const old = await oldReturns(run.clerk, Date.now())
  await inFlight(Map.groupBy(lines, returnKey), run, async ([key, together]) => {
    const invoice = together[0]?.invoice ?? ''
    const units = Array.from(
      unitsBySku(together),
      ([sku, quantity]) => [productId(run, sku), quantity] as const,
    )
    let part = 0
    for (const some of chunked(units, MOST_LINES)) {
      const idempotencyKey = `${key}-${part++}`
      const isOld = takeOne(old, returnContent(invoice, some))
      if (isOld || (await record(run, idempotencyKey, returnOf(invoice, some, locationId)))) result.replayed++
      else result.recorded++
    }
    result.lines += together.length
    for (const { quantity } of together) result.units += quantity
    run.onProgress()
  })
  return result
}

/** Records a movement; true when it had been recorded before. */
async function record(run: ReplayRun, idempotencyKey: string, body: object): Promise<boolean> {
  const call = { method: 'POST', path: '/stock-movements', idempotencyKey, body } as const
  const { headers } = await run.clerk.expect(call, [201])
  return headers['idempotent-replayed'] === 'true'
}

function returnOf(
  invoice: string,
  units: readonly (readonly [string, number])[],
  locationId: string,
): object {
  return {
    type: 'RETURN',
    reason: 'RETURNED',
    reference: { type: 'INVOICE', id: invoice },
    lines: units.map(([product_id, delta]) => ({ product_id, location_id: locationId, delta })),
  }
}

/** Lines that came too late for their order go apart from the others, so neither changes what the other one sends. */
function returnKey({ invoice, order }: ReturnLine): string {
  return order === undefined ? `return-${invoice}` : `return-${invoice}-of-${order}`
}

function productId({ catalogue }: ReplayRun, sku: string): string {
  const id = catalogue.idOf.get(sku)
  if (id === undefined) throw new Error(`product ${sku} is not in the catalogue`)
  return id
}

/** Takes one off the count, if there is one. */
function takeOne(counts: Map<string, number>, key: string): boolean {
  const count = counts.get(key) ?? 0
  if (count > 0) counts.set(key, count - 1)
  return count > 0
}
