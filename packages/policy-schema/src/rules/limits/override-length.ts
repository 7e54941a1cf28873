import { readMoment } from '../../moment.ts'
import { member, pointerTo, type Rule } from '../../rule.ts'
import { overridesOf } from './limit-sets.ts'

const MAX_DAYS = 31
const DAY = 86_400_000

/** An override is a lease: it ends after it begins, and soon enough that nobody takes it for the rule. */
export const overrideLength: Rule = {
  name: 'override-length',
  check(document) {
    return overridesOf(document).flatMap(({ override, place }) => {
      const [from, until] = ['from', 'until'].map((key) => {
        const written = member(override, key)
        return typeof written === 'string' ? readMoment(written) : undefined
      })
      if (from === undefined || until === undefined) return []
      const pointer = pointerTo(...place, 'until')
      if (until <= from)
        return [
          { pointer, rule: this.name, message: 'it ends before it begins: write a moment after "from"' },
        ]
      if (until - from <= MAX_DAYS * DAY) return []
      const message = `it holds for more than ${MAX_DAYS} days: end it earlier, or put the client into another tier`
      return [{ pointer, rule: this.name, message }]
    })
  },
}
