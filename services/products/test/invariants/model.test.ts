import fc from 'fast-check'
import { sql } from 'kysely'
import t from 'tap'
import { expireOverdue } from '../../src/store/expiry.ts'
import { checkBooks } from '../kit/books.ts'
import { startService } from '../kit/service.ts'
import { hold, locationOf } from '../kit/stock.ts'
import { type Act, Model } from './model.ts'

const SKUS = ['A', 'B']
const PLACES = ['ONE', 'TWO']

const sku = fc.constantFrom(...SKUS)
const place = fc.constantFrom(...PLACES)
const id = fc.constantFrom('rsv_1', 'rsv_2', 'rsv_3', 'rsv_4')
const units = fc.integer({ min: 1, max: 12 })
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('receive' as const), sku, place, units }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('lose' as const), sku, place, units }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('count' as const), sku, place, units }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('move' as const), sku, place, units }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('reserve' as const), id, a: units, b: units }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('confirm' as const), id }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('release' as const), id, units: fc.option(units) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('consume' as const),
      id,
      units,
      key: fc.constantFrom('f1', 'f2'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('expire' as const), id }) },
)

t.test('any sequence of acts leaves the numbers a plain model says, and the books in order', async (t) => {
  const service = await startService(t)
  let run = 0
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 20, maxLength: 60 }), async (acts) => {
      // Fresh products and ids for every run: the ledger cannot be emptied.
      const prefix = `r${++run}_`
      const model = new Model(PLACES)
      for (const name of SKUS) await service.post('/products', { sku: prefix + name, name })
      const places = new Map<string, string>()
      for (const code of PLACES) places.set(code, (await locationOf(service, code)).id)
      const stock = SKUS.flatMap((name) =>
        PLACES.map((at) => ({ do: 'receive' as const, sku: name, place: at, units: 9 })),
      )
      for (const one of [...stock, ...acts]) {
        const expected = model.apply(one)
        const status = await perform(one)
        if (expected !== status) throw new Error(`${JSON.stringify(one)}: ${status} instead of ${expected}`)
      }
      const [are, shouldBe] = [JSON.stringify(await levels()), JSON.stringify(model.levels())]
      if (are !== shouldBe) throw new Error(`${are} instead of ${shouldBe}`)

      /** On hand and reserved of every level, by sku and place. */
      async function levels(): Promise<Record<string, [number, number]>> {
        const found: Record<string, [number, number]> = {}
        for (const name of SKUS) {
          const product = (await service.get(`/products?sku=${prefix}${name}`)).body.items[0]
          const { items } = (await service.get(`/stock-levels?product_id=${product.id}`)).body
          for (const [code, location_id] of places) {
            const level = items.find((item: { location_id: string }) => item.location_id === location_id)
            found[`${name} ${code}`] = [level.on_hand, level.reserved]
          }
        }
        return found
      }

      async function perform(one: Act): Promise<number> {
        const url = 'id' in one ? `/reservations/${prefix}${one.id}` : '/stock-movements'
        const line = 'place' in one ? { sku: prefix + one.sku, location_id: places.get(one.place) } : {}
        const record = async (type: string, more: object) =>
          (await service.post(url, { type, lines: [{ ...line, ...more }] })).status
        switch (one.do) {
          case 'receive':
            return record('RECEIPT', { delta: one.units })
          case 'lose':
            return record('ADJUSTMENT', { delta: -one.units })
          case 'count':
            return record('COUNT', { counted: one.units })
          case 'move':
            return record('TRANSFER', {
              location_id: undefined,
              from_location_id: places.get(one.place),
              to_location_id: places.get(PLACES.find((other) => other !== one.place) as string),
              quantity: one.units,
            })
          case 'reserve':
            return (await service.put(url, hold({ [`${prefix}A`]: one.a, [`${prefix}B`]: one.b }))).status
          case 'confirm':
            return (await service.put(`${url}/confirmation`)).status
          case 'release': {
            const lines = one.units === null ? undefined : [{ line_id: '1', quantity: one.units }]
            return (await service.put(`${url}/release`, lines && { lines })).status
          }
          case 'consume': {
            const body = { fulfillment_id: one.key, lines: [{ line_id: '1', quantity: one.units }] }
            return (await service.call({ method: 'POST', url: `${url}/consumptions`, body })).status
          }
          case 'expire':
            await sql`update reservations set expires_at = clock_timestamp() - interval '1 ms' where id = ${prefix + one.id} and status = 'HELD'`.execute(
              service.db,
            )
            await expireOverdue(service.db)
            return 0
        }
      }
    }),
    { numRuns: 20, interruptAfterTimeLimit: 25_000 },
  )
  await checkBooks(t, service.db)
})
