import { member, pointerTo, type Rule } from '../../rule.ts'
import { schedulesOf } from './limit-sets.ts'

/** A schedule begins and ends at two different times: whether equal ones mean all day or nothing nobody could tell. */
export const scheduleTimes: Rule = {
  name: 'schedule-times',
  check(document) {
    return schedulesOf(document).flatMap(({ schedule, place }) => {
      const from = member(schedule, 'from')
      if (typeof from !== 'string' || from !== member(schedule, 'until')) return []
      const message = `it ends at ${from}, when it begins: write another time, or "00:00" until "24:00" for the whole day`
      return [{ pointer: pointerTo(...place, 'until'), rule: this.name, message }]
    })
  },
}
