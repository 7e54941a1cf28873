import { nearest } from '@stockgate/settings'
import { member, shown } from '../../rule.ts'
import type { LimitRule } from './limit-rule.ts'

/** The time zones of limits are ones this machine knows. */
export const limitTimeZone: LimitRule = {
  name: 'known-time-zone',
  faults(limit) {
    const message = timeZoneFault(member(limit, 'timeZone'))
    return message === undefined ? [] : [{ key: 'timeZone', message }]
  },
}

/** What is wrong with a time zone, or undefined. */
export function timeZoneFault(zone: unknown): string | undefined {
  if (typeof zone !== 'string' || isTimeZone(zone)) return undefined
  const near = nearest(zone, [...Intl.supportedValuesOf('timeZone'), 'UTC'])
  const advice = near ? `did you mean "${near}"?` : 'write an IANA name, such as "Europe/Berlin" or "UTC"'
  return `there is no time zone ${shown(zone)}: ${advice}`
}

/** An IANA name in its own spelling; an offset such as `+01:00`, which never changes its clock, is none. */
function isTimeZone(zone: string): boolean {
  if (!/^[A-Z]/.test(zone)) return false
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false
  }
}
