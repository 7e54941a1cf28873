import { member, pointerTo, type Rule } from '../../rule.ts'
import { timeZoneFault } from '../limit/known-time-zone.ts'
import { schedulesOf } from './limit-sets.ts'

/** The time zones of schedules are ones this machine knows. */
export const scheduleTimeZone: Rule = {
  name: 'known-time-zone',
  check(document) {
    return schedulesOf(document).flatMap(({ schedule, place }) => {
      const message = timeZoneFault(member(schedule, 'timeZone'))
      return message === undefined
        ? []
        : [{ pointer: pointerTo(...place, 'timeZone'), rule: this.name, message }]
    })
  },
}
