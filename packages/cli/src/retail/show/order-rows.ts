import type { CallCounts } from '../../client/api-client.ts'
import type { ReplaySummary } from './replay-summary.ts'

/** A figure with its name before it and a remark after it. */
export type SummaryRow = [name: string, figure: number, remark: string]

/** What became of the orders, row by row; stages the run did not come to are left out. */
export function orderRows(summary: ReplaySummary): SummaryRow[] {
  const { orders, cancellations, returns, shipped, calls } = summary
  const rows: (SummaryRow | undefined)[] = [
    ['invoices to order', summary.invoices, ''],
    [
      'posted',
      orders.created + orders.replayed,
      `${orders.created} new, ${orders.replayed} replayed, ${summary.orders_per_second} a second`,
    ],
    orders.old > 0 ? ['known for days, not posted again', orders.old, ''] : undefined,
    ...Object.entries(orders.by_status).map(([status, count]): SummaryRow => {
      return [`  ${status.toLowerCase()}`, count, status === 'REJECTED' ? reasons(orders.by_rejection) : '']
    }),
    orders.unsettled > 0 ? ['  without an outcome', orders.unsettled, ''] : undefined,
    cancellations && [
      'cancelled in part or whole',
      cancellations.changed + cancellations.unchanged,
      `${cancellations.changed} now, ${cancellations.unchanged} before; ${cancellations.units} units`,
    ],
    returns && [
      'returns recorded',
      returns.recorded + returns.replayed,
      `${returns.recorded} new, ${returns.replayed} replayed; ${returns.units} units`,
    ],
    shipped && ['shipped now', shipped.orders, `${shipped.units} units`],
    ['calls to order', calls.client.calls, trouble(calls.client)],
    ['calls of the clerk', calls.clerk.calls, trouble(calls.clerk)],
  ]
  return rows.filter((row) => row !== undefined)
}

function reasons(byRejection: Readonly<Record<string, number>>): string {
  return Object.entries(byRejection)
    .map(([code, count]) => `${count} ${code.toLowerCase().replaceAll('_', ' ')}`)
    .join(', ')
}

function trouble({ retried, limited, limitedMs }: Readonly<CallCounts>): string {
  return `${retried} repeated, ${limited} told to wait (429), ${(limitedMs / 1000).toFixed(1)} s waited`
}
