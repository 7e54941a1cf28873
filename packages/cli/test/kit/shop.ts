import type { RecordedRequest, TestScope } from '@stockgate/test-kit'
import type { ApiClient } from '../../src/client/api-client.ts'
import type { StopSwitch } from '../../src/client/stop-switch.ts'
import type { Order, OrderLine } from '../../src/retail/order.ts'
import { apiOf } from './api.ts'

type Reply = { status: number; body?: unknown; headers?: Record<string, string> }
type Route = (request: RecordedRequest, ...parts: string[]) => Reply
type ShopOrder = Mutable<Omit<Order, 'lines'>> & { lines: Mutable<OrderLine>[] }
type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/**
 * A small products and orders API over HTTP that keeps the promises of the real one: keys that are replayed, stock
 * that is never oversold, totals in cancellations. It shares no line with the services.
 */
export class Shop {
  readonly products = new Map<string, string>()
  readonly locations = new Map<string, string>()
  readonly onHand = new Map<string, number>()
  readonly orders = new Map<string, ShopOrder>()
  readonly movements: Record<string, unknown>[] = []
  readonly shipments = new Map<string, ShopOrder>()
  /** Runs before each request that changes something; what it returns is answered instead. */
  interfere: (request: RecordedRequest) => Reply | 'cut' | undefined = () => undefined
  /** Runs after a change: `cut` loses the answer to it. */
  afterwards: (request: RecordedRequest) => 'cut' | undefined = () => undefined
  /** Answers 202 first for these external ids, for so many looks. */
  readonly slow = new Map<string, number>()
  readonly #answers = new Map<string, { body: string; reply: Reply }>()
  /** When the shop says things happened. */
  now = new Date().toISOString()
  #documents = 0
  #pageSize = 3

  readonly #routes: [method: string, path: RegExp, route: Route][] = [
    [
      'POST',
      /^\/identity\/token$/,
      () => ({ status: 200, body: { access_token: 'token', expires_in: 600 } }),
    ],
    [
      'GET',
      /^\/products$/,
      (request) =>
        this.#page(
          request,
          [...this.products].map(([sku, id]) => ({ id, sku })),
        ),
    ],
    ['POST', /^\/products\/batch$/, (request) => this.#batch(request)],
    [
      'GET',
      /^\/locations$/,
      (request) =>
        this.#page(
          request,
          [...this.locations].map(([code, id]) => ({ id, code })),
        ),
    ],
    ['POST', /^\/locations$/, (request) => this.#location(request)],
    ['GET', /^\/stock-levels$/, (request) => this.#page(request, this.levels())],
    ['GET', /^\/stock-movements$/, (request) => this.#page(request, this.movements.filter(asked(request)))],
    ['POST', /^\/stock-movements$/, (request) => this.#once(request, () => this.#move(request))],
    ['GET', /^\/(?:users\/me\/)?orders$/, (request) => this.#page(request, [...this.orders.values()])],
    ['POST', /^\/orders$/, (request) => this.#once(request, () => this.#order(request))],
    ['GET', /^\/orders\/(\w+)$/, (_request, id) => ({ status: 200, body: this.#look(id) })],
    ['PUT', /^\/orders\/(\w+)\/cancellation$/, (request, id) => this.#cancel(request, id)],
    ['POST', /^\/orders\/(\w+)\/fulfillments$/, (request, id) => this.#once(request, () => this.#pack(id))],
    ['PUT', /^\/orders\/\w+\/fulfillments\/(\w+)\/shipment$/, (_request, id) => this.#ship(id)],
  ]

  /** Starts serving; the client and the clerk of this shop. */
  async open(t: TestScope): Promise<{ client: ApiClient; clerk: ApiClient; stop: StopSwitch; gateway: URL }> {
    const { api, upstream, stop } = await apiOf(t, (request, response) => {
      const changes = request.method !== 'GET' && request.url !== '/identity/token'
      const early = changes ? this.interfere(request) : undefined
      if (early === 'cut') return response.destroy()
      const { status, body = {}, headers = {} } = early ?? this.#answer(request)
      if (changes && !early && this.afterwards(request) === 'cut') return response.destroy()
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
    })
    return { client: api, clerk: api, stop, gateway: new URL(upstream.url) }
  }

  /** As if everything had been done that many days earlier, and its keys were forgotten. */
  age(days: number): void {
    const then = new Date(Date.now() - days * 86_400_000).toISOString()
    for (const order of this.orders.values()) order.created_at = then
    for (const movement of this.movements) movement.recorded_at = then
    this.#answers.clear()
  }

  levels() {
    return [...this.onHand].map(([key, on_hand]) => {
      const [product_id = '', location_id = ''] = key.split(' ')
      const lines = [...this.orders.values()].flatMap((order) => order.lines)
      const reserved = lines.reduce(
        (sum, line) => sum + (`prd_${line.sku}` === product_id ? line.reserved : 0),
        0,
      )
      return { product_id, location_id, on_hand, reserved }
    })
  }

  #answer(request: RecordedRequest): Reply {
    const path = new URL(request.url, 'http://x').pathname
    for (const [method, pattern, route] of this.#routes) {
      const match = method === request.method && pattern.exec(path)
      if (match) return route(request, ...match.slice(1))
    }
    return { status: 404, body: { title: `no route ${request.method} ${path}` } }
  }

  #page(request: RecordedRequest, items: unknown[]): Reply {
    const url = new URL(request.url, 'http://x')
    const start = Number(url.searchParams.get('cursor') ?? 0)
    const end = start + this.#pageSize
    url.searchParams.set('cursor', String(end))
    const next = end < items.length ? { next: url.href } : {}
    return { status: 200, body: { items: items.slice(start, end), ...next } }
  }

  #once(request: RecordedRequest, effect: () => Reply): Reply {
    const key = `${new URL(request.url, 'http://x').pathname} ${request.headers['idempotency-key']}`
    const known = this.#answers.get(key)
    if (known && known.body !== request.text) return problem(422, 'idempotency-key-reused')
    if (known) return { ...known.reply, headers: { 'idempotent-replayed': 'true' } }
    const reply = structuredClone(effect())
    this.#answers.set(key, { body: request.text, reply })
    return reply
  }

  #batch(request: RecordedRequest): Reply {
    const { items } = request.json() as { items: { sku: string }[] }
    const statuses = items.map(({ sku }, index) => {
      const status = this.products.has(sku) ? 200 : 201
      if (status === 201) this.products.set(sku, `prd_${sku}`)
      return { index, status }
    })
    return { status: 207, body: { items: statuses } }
  }

  #location(request: RecordedRequest): Reply {
    const { code } = request.json() as { code: string }
    if (this.locations.has(code)) return problem(409, 'duplicate-code')
    this.locations.set(code, `loc_${code}`)
    return { status: 201, body: { id: `loc_${code}`, code } }
  }

  #move(request: RecordedRequest): Reply {
    const document = request.json() as { type: string; reference: object; lines: Movement[] }
    this.#documents++
    for (const line of document.lines) this.#write(document.type, document.reference, line)
    return { status: 201, body: { items: [] } }
  }

  #write(type: string, reference: object, { product_id, location_id, delta }: Movement): void {
    const key = `${product_id} ${location_id}`
    const on_hand_after = (this.onHand.get(key) ?? 0) + delta
    this.onHand.set(key, on_hand_after)
    const document_id = `doc_${this.#documents}`
    const when = { document_id, recorded_at: this.now }
    this.movements.push({ ...when, type, reference, product_id, location_id, delta, on_hand_after })
  }

  #order(request: RecordedRequest): Reply {
    const { external_id, lines } = request.json() as {
      external_id: string
      lines: { sku: string; quantity: number }[]
    }
    const id = `ord_${this.orders.size + 1}`
    const levels = new Map(this.levels().map((level) => [level.product_id, level.on_hand - level.reserved]))
    const enough = lines.every(({ sku, quantity }) => (levels.get(`prd_${sku}`) ?? 0) >= quantity)
    const none = { pending: 0, reserved: 0, backordered: 0, fulfilled: 0, cancelled: 0 }
    const order: ShopOrder = {
      id,
      external_id,
      created_at: this.now,
      rejection: enough ? null : { code: 'INSUFFICIENT_STOCK' },
      status: enough ? 'CONFIRMED' : 'REJECTED',
      lines: lines.map(({ sku, quantity }, index) => ({
        ...none,
        line_id: String(index + 1),
        sku,
        ordered: quantity,
        reserved: enough ? quantity : 0,
      })),
    }
    this.orders.set(id, order)
    if (this.slow.has(external_id)) return { status: 202, body: { ...order, status: 'PENDING' } }
    return enough ? { status: 201, body: order } : problem(409, 'insufficient-stock', `/orders/${id}`)
  }

  #look(id = ''): unknown {
    const order = this.orders.get(id)
    const looks = this.slow.get(order?.external_id ?? '') ?? 0
    if (looks > 0) this.slow.set(order?.external_id ?? '', looks - 1)
    return looks > 0 ? { ...order, status: 'PENDING' } : order
  }

  #cancel(request: RecordedRequest, id = ''): Reply {
    const order = this.orders.get(id) as ShopOrder
    const { lines } = request.json() as { lines: { line_id: string; quantity: number }[] }
    const wanted = lines.map(({ line_id, quantity }) => ({ line: find(order, line_id), quantity }))
    if (wanted.some(({ line, quantity }) => quantity > line.cancelled + line.reserved))
      return problem(409, 'illegal-transition')
    for (const { line, quantity } of wanted) {
      line.reserved -= quantity - line.cancelled
      line.cancelled = quantity
    }
    if (order.lines.every((line) => line.cancelled === line.ordered)) order.status = 'CANCELLED'
    return { status: 200, body: {} }
  }

  #pack(id = ''): Reply {
    this.shipments.set(`ful_${id}`, this.orders.get(id) as ShopOrder)
    return { status: 201, body: { id: `ful_${id}`, status: 'PENDING' } }
  }

  #ship(id = ''): Reply {
    const order = this.shipments.get(id) as ShopOrder
    const location_id = [...this.locations.values()][0] ?? ''
    for (const line of order.lines) {
      if (line.reserved === 0) continue
      const { sku, reserved } = line
      const product_id = `prd_${sku}`
      this.#write('SHIPMENT', { type: 'ORDER', id: order.id }, { product_id, location_id, delta: -reserved })
      line.fulfilled += reserved
      line.reserved = 0
    }
    order.status = 'CLOSED'
    return { status: 200, body: {} }
  }
}

interface Movement {
  product_id: string
  location_id: string
  delta: number
}

const problem = (status: number, slug: string, instance?: string): Reply => ({
  status,
  body: { type: `http://x/problems/${slug}`, instance },
})

const find = (order: ShopOrder, id: string) =>
  order.lines.find(({ line_id }) => line_id === id) as Mutable<OrderLine>

function asked(request: RecordedRequest): (entry: Record<string, unknown>) => boolean {
  const { searchParams } = new URL(request.url, 'http://x')
  const type = searchParams.get('type')
  const id = searchParams.get('reference_id')
  return (entry) =>
    (!type || entry.type === type) && (!id || (entry.reference as { id?: string } | undefined)?.id === id)
}
