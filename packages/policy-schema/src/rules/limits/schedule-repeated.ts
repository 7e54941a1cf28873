import { member, pointerTo, type Rule, shown } from '../../rule.ts'
import { schedulesOf } from './limit-sets.ts'

/** Schedules of one tier have names of their own: the name is how explanations speak of them. */
export const scheduleRepeated: Rule = {
  name: 'schedule-repeated',
  check(document) {
    const seen = new Set<string>()
    return schedulesOf(document).flatMap(({ tier, schedule, place }) => {
      const name = member(schedule, 'name')
      if (typeof name !== 'string') return []
      const key = JSON.stringify([tier, name])
      if (!seen.has(key)) {
        seen.add(key)
        return []
      }
      const message = `the tier has a schedule ${shown(name)} already: give this one another name`
      return [{ pointer: pointerTo(...place, 'name'), rule: this.name, message }]
    })
  },
}
