import fc from 'fast-check'
import t from 'tap'
import { allocate, type WantedLine } from '../../src/domain/allocation.ts'
import type { Level } from '../../src/domain/stock-level.ts'

const level = (productId: string, locationId: string, onHand: number, reserved = 0): Level => ({
  productId,
  locationId,
  onHand,
  reserved,
  unavailable: 0,
  sequence: 0,
})
const line = (
  lineId: string,
  productId: string,
  quantity: number,
  locationId: string | null = null,
): WantedLine => ({
  lineId,
  productId,
  sku: productId,
  quantity,
  locationId,
})

t.test('a level with more promised than there is gives nothing and takes nothing from others', (t) => {
  const { allocated, short } = allocate([line('1', 'p', 5)], [level('p', 'a', 2, 9), level('p', 'b', 5)])
  t.same(short, [])
  t.same(allocated[0]?.allocations, [{ locationId: 'b', quantity: 5 }])
  t.end()
})

t.test('what is allocated is what was asked for, and never more than there was', (t) => {
  const product = fc.constantFrom('p', 'q')
  const place = fc.constantFrom('a', 'b', 'c')
  const units = fc.integer({ min: 0, max: 20 })
  const levels = fc.uniqueArray(fc.tuple(product, place, units, units), { selector: ([p, l]) => `${p}${l}` })
  const lines = fc.array(fc.tuple(product, fc.integer({ min: 1, max: 15 }), fc.option(place)), {
    minLength: 1,
  })
  fc.assert(
    fc.property(levels, lines, (someLevels, someLines) => {
      const all = someLevels.map(([p, l, onHand, reserved]) => level(p, l, onHand, reserved))
      const wanted = someLines.map(([p, quantity, at], i) => line(String(i), p, quantity, at))
      const { allocated, short } = allocate(wanted, all)
      if (allocated.length + short.length !== wanted.length) return false
      for (const { quantity, allocations, locationId } of allocated) {
        if (allocations.reduce((sum, part) => sum + part.quantity, 0) !== quantity) return false
        if (locationId !== null && allocations.some((part) => part.locationId !== locationId)) return false
        if (new Set(allocations.map((part) => part.locationId)).size !== allocations.length) return false
      }
      return all.every(({ productId, locationId, onHand, reserved }) => {
        const taken = allocated
          .filter((one) => one.productId === productId)
          .flatMap((one) => one.allocations)
          .filter((part) => part.locationId === locationId)
          .reduce((sum, part) => sum + part.quantity, 0)
        return taken <= Math.max(0, onHand - reserved)
      })
    }),
  )
  t.end()
})
