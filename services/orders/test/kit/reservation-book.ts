export interface Call {
  /** hold, ask, confirm, release or consume. */
  name: string
  id: string
  body: {
    reference?: unknown
    fulfillment_id?: string
    lines?: { line_id: string; sku?: string; quantity: number }[]
  }
}

export interface Answer {
  status: number
  body: unknown
}

export interface Held {
  id: string
  status: 'HELD' | 'CONFIRMED' | 'CONSUMED' | 'RELEASED' | 'EXPIRED'
  request: string
  lines: {
    line_id: string
    sku: string
    product_id: string
    quantity: number
    consumed: number
    released: number
  }[]
  consumptions: Map<string, string>
}

/** Stock and reservations of one shop in memory, after the rules of the wire contract. */
export class ReservationBook {
  /** Units on hand by sku. */
  readonly stock: Map<string, number>
  readonly held = new Map<string, Held>()
  /** Units that left by sku. */
  readonly shipped = new Map<string, number>()

  constructor(stock: Record<string, number>) {
    this.stock = new Map(Object.entries(stock))
  }

  /** Units promised and not gone. */
  reserved(sku: string): number {
    let sum = 0
    for (const { status, lines } of this.held.values())
      if (status === 'HELD' || status === 'CONFIRMED')
        for (const line of lines) if (line.sku === sku) sum += line.quantity - line.consumed - line.released
    return sum
  }

  available(sku: string): number {
    return (this.stock.get(sku) ?? 0) - this.reserved(sku)
  }

  handle(call: Call): Answer {
    const found = this.held.get(call.id)
    if (call.name === 'hold') return this.#hold(call, found)
    if (call.name === 'release') return this.#release(call, found)
    if (!found) return problem(404, 'not-found')
    if (call.name === 'ask') return { status: 200, body: view(found) }
    if (call.name === 'confirm') return this.#confirm(found)
    if (call.name === 'consume') return this.#consume(call, found)
    return problem(405, 'method-not-allowed')
  }

  #hold({ id, body }: Call, found: Held | undefined): Answer {
    const request = JSON.stringify(body)
    if (found?.status === 'RELEASED') return problem(409, 'reservation-released')
    if (found?.status === 'EXPIRED') return problem(409, 'reservation-expired')
    if (found)
      return found.request === request
        ? { status: 200, body: view(found) }
        : problem(409, 'illegal-transition')
    const wanted = body.lines ?? []
    const unknown = wanted.flatMap(({ sku = '' }, i) =>
      this.stock.has(sku)
        ? []
        : [{ pointer: `#/lines/${i}/sku`, code: 'UNKNOWN_PRODUCT', detail: 'is not a product' }],
    )
    if (unknown.length > 0) return problem(400, 'validation-error', unknown)
    const left = new Map([...this.stock.keys()].map((sku) => [sku, this.available(sku)]))
    const short = wanted.flatMap(({ sku = '', quantity }, i) => {
      const available = left.get(sku) ?? 0
      if (quantity <= available) {
        left.set(sku, available - quantity)
        return []
      }
      return [
        {
          pointer: `#/lines/${i}/quantity`,
          code: 'SHORT',
          detail: `${quantity} requested, ${available} available`,
          sku,
          product_id: productOf(sku),
          requested: quantity,
          available,
        },
      ]
    })
    if (short.length > 0) return problem(409, 'insufficient-stock', short)
    const lines = wanted.map(({ line_id, sku = '', quantity }) => ({
      line_id,
      sku,
      product_id: productOf(sku),
      quantity,
      consumed: 0,
      released: 0,
    }))
    const made: Held = { id, status: 'HELD', request, lines, consumptions: new Map() }
    this.held.set(id, made)
    return { status: 201, body: view(made) }
  }

  #confirm(found: Held): Answer {
    if (found.status === 'RELEASED') return problem(409, 'reservation-released')
    if (found.status === 'EXPIRED') return problem(409, 'reservation-expired')
    if (found.status === 'HELD') found.status = 'CONFIRMED'
    return { status: 200, body: view(found) }
  }

  #release({ id, body }: Call, found: Held | undefined): Answer {
    if (!found) {
      if (body.lines) return problem(404, 'not-found')
      const stone: Held = { id, status: 'RELEASED', request: '', lines: [], consumptions: new Map() }
      this.held.set(id, stone)
      return { status: 201, body: view(stone) }
    }
    const totals = new Map(body.lines?.map(({ line_id, quantity }) => [line_id, quantity]))
    for (const line of found.lines) {
      const total = body.lines ? (totals.get(line.line_id) ?? line.released) : line.quantity - line.consumed
      if (total < line.released || total > line.quantity - line.consumed)
        return problem(409, 'illegal-transition')
      line.released = total
    }
    this.#close(found)
    return { status: 200, body: view(found) }
  }

  #consume({ body }: Call, found: Held): Answer {
    const wanted = JSON.stringify(body.lines)
    const key = body.fulfillment_id ?? ''
    const known = found.consumptions.get(key)
    if (known !== undefined)
      return known === wanted ? { status: 200, body: {} } : problem(409, 'illegal-transition')
    if (found.status !== 'CONFIRMED') return problem(409, 'illegal-transition')
    for (const [i, { line_id, quantity }] of (body.lines ?? []).entries()) {
      const line = found.lines.find((one) => one.line_id === line_id)
      if (!line || quantity > line.quantity - line.consumed - line.released)
        return problem(409, 'illegal-transition')
      const available = this.stock.get(line.sku) ?? 0
      if (quantity > available)
        return problem(409, 'insufficient-stock', [
          {
            pointer: `#/lines/${i}/quantity`,
            code: 'SHORT',
            detail: 'short',
            requested: quantity,
            available,
          },
        ])
    }
    for (const { line_id, quantity } of body.lines ?? []) {
      const line = found.lines.find((one) => one.line_id === line_id) as Held['lines'][number]
      line.consumed += quantity
      this.stock.set(line.sku, (this.stock.get(line.sku) ?? 0) - quantity)
      this.shipped.set(line.sku, (this.shipped.get(line.sku) ?? 0) + quantity)
    }
    found.consumptions.set(key, wanted)
    this.#close(found)
    return { status: 201, body: {} }
  }

  #close(found: Held) {
    if (found.lines.some((line) => line.quantity > line.consumed + line.released)) return
    found.status = found.lines.some((line) => line.consumed > 0) ? 'CONSUMED' : 'RELEASED'
  }
}

const productOf = (sku: string) => `prd_${sku}`

function view({ id, status, lines }: Held) {
  return { id, status, lines: lines.map((line) => ({ ...line })) }
}

function problem(status: number, slug: string, errors?: object[]): Answer {
  return {
    status,
    body: {
      type: `http://products.test/problems/${slug}`,
      title: slug,
      status,
      detail: slug,
      ...(errors && { errors }),
    },
  }
}
