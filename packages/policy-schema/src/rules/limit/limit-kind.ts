import { kindsOf, type LimitRule } from './limit-rule.ts'

/** Exactly one of window, period and concurrent is there: it tells the kind of the limit. */
export const limitKind: LimitRule = {
  name: 'limit-kind',
  faults(limit) {
    const kinds = kindsOf(limit)
    if (kinds.length === 1) return []
    const message =
      kinds.length === 0
        ? 'the kind of the limit is missing: add "window" in seconds, "period" of "day" or "month", or "concurrent"'
        : `"${kinds.join('" and "')}" stand together: make each a limit of its own name`
    return [{ message }]
  },
}
