import type { Fleet } from '../fleet/index.ts'
import type { PolicyRevisions } from '../policy/index.ts'

/** What the routes that read or change the limits need. */
export interface PolicyParts {
  readonly revisions: PolicyRevisions
  readonly fleet: Fleet
  /** Milliseconds since the epoch. */
  readonly clock: () => number
}
