import { member } from '../../rule.ts'
import { kindsOf, type LimitRule } from './limit-rule.ts'

/** A limit over time has a quota; for requests in flight `concurrent` is the number itself. */
export const limitQuota: LimitRule = {
  name: 'limit-quota',
  faults(limit) {
    const [kind, second] = kindsOf(limit)
    if (kind === undefined || second !== undefined) return []
    const written = member(limit, 'quota') !== undefined
    if (kind === 'concurrent')
      return written ? [{ key: 'quota', message: '"concurrent" is the quota itself: take "quota" out' }] : []
    return written
      ? []
      : [{ key: 'quota', message: `the quota is missing: write how many units fit the ${kind}` }]
  },
}
