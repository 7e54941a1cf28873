import { readMoment } from '../../moment.ts'
import { member, pointerTo, type Rule, shown } from '../../rule.ts'
import { overridesOf } from './limit-sets.ts'

/** The date and time exist: a 31st of June would quietly be the 1st of July. */
export const momentExists: Rule = {
  name: 'moment-exists',
  check(document) {
    return overridesOf(document).flatMap(({ override, place }) =>
      ['from', 'until'].flatMap((key) => {
        const written = member(override, key)
        // Texts of another form are told by their schema.
        if (typeof written !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d.*(Z|[+-]\d\d:\d\d)$/.test(written))
          return []
        if (readMoment(written) !== undefined) return []
        const message = `${shown(written)} does not exist: mend the date, the time or the offset`
        return [{ pointer: pointerTo(...place, key), rule: this.name, message }]
      }),
    )
  },
}
