import type { Rule } from '../../rule.ts'
import { limitTimeZone } from './known-time-zone.ts'
import { limitKind } from './limit-kind.ts'
import { limitQuota } from './limit-quota.ts'
import { forEachLimit, type LimitSet } from './limit-rule.ts'
import { limitZone } from './limit-zone.ts'

/** What every limit must keep besides its shape, wherever it stands. */
export function limitRules(setsOf: (document: unknown) => readonly LimitSet[]): Rule[] {
  return [limitKind, limitQuota, limitZone, limitTimeZone].map((rule) => forEachLimit(rule, setsOf))
}
