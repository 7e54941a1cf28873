import { member } from '../../rule.ts'
import { kindsOf, type LimitRule } from './limit-rule.ts'

/** Only days and months begin somewhere else in another time zone. */
export const limitZone: LimitRule = {
  name: 'limit-zone',
  faults: (limit) =>
    member(limit, 'timeZone') === undefined || kindsOf(limit).includes('period')
      ? []
      : [
          {
            key: 'timeZone',
            message: 'a time zone belongs to a "period" of "day" or "month": take "timeZone" out',
          },
        ],
}
