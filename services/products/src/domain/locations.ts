import type { IdempotentCall, StoredAnswer, TextAnswer } from '@stockgate/service-kit'
import type { Location, LocationDraft, LocationType } from './location.ts'

export interface LocationFilter {
  readonly code?: string
  readonly type?: LocationType
  readonly status?: Location['status']
  readonly parentId?: string
}

/** Locations as they are stored. What decides runs while its location is locked and may throw; then nothing is written. */
export interface Locations {
  /** At most `count` locations by id, from after one on. */
  list(filter: LocationFilter, after: string | undefined, count: number): Promise<Location[]>
  find(id: string): Promise<Location | undefined>
  /** Once per call: a repeat gets the kept answer. */
  create(
    call: IdempotentCall,
    draft: LocationDraft,
    answerOf: (made: Location) => StoredAnswer,
  ): Promise<TextAnswer>
  change(id: string, decide: (present: Location) => LocationDraft): Promise<Location | undefined>
  /** Takes an empty location out of use. */
  archive(id: string, decide: (present: Location) => void): Promise<Location | undefined>
}
