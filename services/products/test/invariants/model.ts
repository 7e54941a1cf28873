/** One thing that can be done to stock. Reservations have two lines: 1 of A and 2 of B. */
export type Act =
  | { do: 'receive' | 'lose' | 'count' | 'move'; sku: string; place: string; units: number }
  | { do: 'reserve'; id: string; a: number; b: number }
  | { do: 'confirm' | 'expire'; id: string }
  | { do: 'release'; id: string; units: number | null }
  | { do: 'consume'; id: string; units: number; key: string }

interface Line {
  sku: string
  quantity: number
  consumed: number
  released: number
  parts: { place: string; open: number }[]
}

interface Promised {
  status: 'HELD' | 'CONFIRMED' | 'CONSUMED' | 'RELEASED' | 'EXPIRED'
  wanted: string
  lines: Line[]
  consumptions: Map<string, number>
}

/** What the service should do, written as plainly as possible and without its code. Tells the status of each act. */
export class Model {
  readonly #stock = new Map<string, { onHand: number; reserved: number }>()
  readonly #promises = new Map<string, Promised>()
  readonly #places: readonly string[]

  constructor(places: readonly string[]) {
    this.#places = places
  }

  /** On hand and reserved of every level, by sku and place. */
  levels(): Record<string, [number, number]> {
    const pairs = ['A', 'B'].flatMap((sku) => this.#places.map((place) => [sku, place] as const))
    return Object.fromEntries(
      pairs.map(([sku, place]) => {
        const { onHand, reserved } = this.#at(sku, place)
        return [`${sku} ${place}`, [onHand, reserved]]
      }),
    )
  }

  apply(act: Act): number {
    switch (act.do) {
      case 'receive':
        this.#at(act.sku, act.place).onHand += act.units
        return 201
      case 'lose': {
        const level = this.#at(act.sku, act.place)
        if (level.onHand < act.units) return 409
        level.onHand -= act.units
        return 201
      }
      case 'count':
        this.#at(act.sku, act.place).onHand = act.units
        return 201
      case 'move': {
        const level = this.#at(act.sku, act.place)
        if (level.onHand < act.units || level.onHand - level.reserved < act.units) return 409
        level.onHand -= act.units
        this.#at(act.sku, this.#places.find((place) => place !== act.place) as string).onHand += act.units
        return 201
      }
      case 'reserve':
        return this.#reserve(act.id, act.a, act.b)
      case 'confirm':
        return this.#confirm(act.id)
      case 'release':
        return this.#release(act.id, act.units)
      case 'consume':
        return this.#consume(act.id, act.units, act.key)
      case 'expire': {
        const promise = this.#promises.get(act.id)
        if (promise?.status === 'HELD') {
          for (const line of promise.lines) this.#giveBack(line, Number.POSITIVE_INFINITY)
          promise.status = 'EXPIRED'
        }
        return 0
      }
    }
  }

  #reserve(id: string, a: number, b: number): number {
    const known = this.#promises.get(id)
    if (known) return known.wanted === `${a} ${b}` && !isGone(known) ? 200 : 409
    const wants = [
      { sku: 'A', quantity: a },
      { sku: 'B', quantity: b },
    ]
    const free = (sku: string, place: string) => {
      const { onHand, reserved } = this.#at(sku, place)
      return Math.max(0, onHand - reserved)
    }
    const total = (sku: string) => this.#places.reduce((sum, place) => sum + free(sku, place), 0)
    if (wants.some(({ sku, quantity }) => total(sku) < quantity)) return 409
    const lines = wants.map(({ sku, quantity }): Line => {
      const parts: Line['parts'] = []
      let missing = quantity
      // The service breaks ties by id; ids of places rise in the order of their making, as this list does.
      for (const place of [...this.#places].sort((x, y) => free(sku, y) - free(sku, x))) {
        const open = Math.min(missing, free(sku, place))
        if (open === 0) continue
        this.#at(sku, place).reserved += open
        parts.push({ place, open })
        missing -= open
        if (missing === 0) break
      }
      return { sku, quantity, consumed: 0, released: 0, parts }
    })
    this.#promises.set(id, { status: 'HELD', wanted: `${a} ${b}`, lines, consumptions: new Map() })
    return 201
  }

  #confirm(id: string): number {
    const promise = this.#promises.get(id)
    if (!promise) return 404
    if (isGone(promise)) return 409
    if (promise.status === 'HELD') promise.status = 'CONFIRMED'
    return 200
  }

  #release(id: string, units: number | null): number {
    const promise = this.#promises.get(id)
    if (!promise) {
      if (units !== null) return 404
      this.#promises.set(id, { status: 'RELEASED', wanted: '', lines: [], consumptions: new Map() })
      return 201
    }
    if (units === null) for (const line of promise.lines) this.#giveBack(line, Number.POSITIVE_INFINITY)
    else {
      const [line] = promise.lines
      if (!line || promise.status === 'EXPIRED') return 409
      if (units < line.released || units > line.quantity - line.consumed) return 409
      this.#giveBack(line, units - line.released)
    }
    this.#settle(promise)
    return 200
  }

  #consume(id: string, units: number, key: string): number {
    const promise = this.#promises.get(id)
    if (!promise) return 404
    const earlier = promise.consumptions.get(key)
    if (earlier !== undefined) return earlier === units ? 200 : 409
    const [line] = promise.lines
    if (promise.status !== 'CONFIRMED' || !line || units > openOf(line)) return 409
    const takes: [string, number][] = []
    let missing = units
    for (const part of line.parts) {
      const taken = Math.min(missing, part.open)
      takes.push([part.place, taken])
      missing -= taken
    }
    if (takes.some(([place, taken]) => this.#at(line.sku, place).onHand < taken)) return 409
    for (const [index, [place, taken]] of takes.entries()) {
      this.#at(line.sku, place).onHand -= taken
      this.#at(line.sku, place).reserved -= taken
      const part = line.parts[index] as Line['parts'][number]
      part.open -= taken
    }
    line.consumed += units
    promise.consumptions.set(key, units)
    this.#settle(promise)
    return 201
  }

  /** From the last place first. */
  #giveBack(line: Line, units: number): void {
    let missing = Math.min(units, openOf(line))
    for (const part of [...line.parts].reverse()) {
      const given = Math.min(missing, part.open)
      part.open -= given
      line.released += given
      missing -= given
      this.#at(line.sku, part.place).reserved -= given
    }
  }

  #settle(promise: Promised): void {
    if (promise.lines.length === 0 || isGone(promise) || promise.lines.some((line) => openOf(line) > 0))
      return
    promise.status = promise.lines.some((line) => line.consumed > 0) ? 'CONSUMED' : 'RELEASED'
  }

  #at(sku: string, place: string) {
    const key = `${sku} ${place}`
    const level = this.#stock.get(key) ?? { onHand: 0, reserved: 0 }
    this.#stock.set(key, level)
    return level
  }
}

const isGone = ({ status }: Promised) => status === 'RELEASED' || status === 'EXPIRED'
const openOf = (line: Line) => line.parts.reduce((sum, part) => sum + part.open, 0)
