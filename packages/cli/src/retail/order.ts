/** What this command reads of an order; the API says more. */
export interface Order {
  readonly id: string
  readonly status: string
  readonly external_id: string | null
  readonly created_at: string
  /** Why it is REJECTED. */
  readonly rejection: { readonly code: string } | null
  readonly lines: readonly OrderLine[]
}

/** One line; ordered = pending + reserved + backordered + fulfilled + cancelled. */
export interface OrderLine {
  readonly line_id: string
  readonly sku: string
  readonly ordered: number
  readonly pending: number
  readonly reserved: number
  readonly backordered: number
  readonly fulfilled: number
  readonly cancelled: number
}
