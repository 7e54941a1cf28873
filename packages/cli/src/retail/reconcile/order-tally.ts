import type { Order } from '../order.ts'

/** Units of one product over many orders. */
export interface OrderUnits {
  ordered: number
  pending: number
  reserved: number
  backordered: number
  fulfilled: number
  cancelled: number
}

const none = (): OrderUnits => ({
  ordered: 0,
  pending: 0,
  reserved: 0,
  backordered: 0,
  fulfilled: 0,
  cancelled: 0,
})

/** Adds up orders one at a time: how many there are of each status, and the units of each product. */
export class OrderTally {
  readonly statuses = new Map<string, number>()
  /** Units of orders that were not rejected. */
  readonly accepted = none()
  readonly bySku = new Map<string, OrderUnits>()
  orders = 0
  /** Lines whose quantities do not add up to what was ordered, as `order/line`. */
  readonly broken: string[] = []

  add(order: Order): void {
    this.orders++
    this.statuses.set(order.status, (this.statuses.get(order.status) ?? 0) + 1)
    for (const line of order.lines) {
      const { ordered, pending, reserved, backordered, fulfilled, cancelled } = line
      const units = { ordered, pending, reserved, backordered, fulfilled, cancelled }
      const negative = Object.values(units).some((value) => value < 0)
      if (order.status === 'REJECTED') {
        if (reserved !== 0 || fulfilled !== 0) this.broken.push(`${order.id}/${line.line_id}`)
        continue
      }
      if (negative || ordered !== pending + reserved + backordered + fulfilled + cancelled)
        this.broken.push(`${order.id}/${line.line_id}`)
      plus(this.accepted, units)
      const product = this.bySku.get(line.sku) ?? none()
      plus(product, units)
      this.bySku.set(line.sku, product)
    }
  }
}

function plus(sum: OrderUnits, units: OrderUnits): void {
  for (const name of Object.keys(sum) as (keyof OrderUnits)[]) sum[name] += units[name]
}
