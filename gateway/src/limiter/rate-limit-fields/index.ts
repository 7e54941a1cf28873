import { draft07 } from './draft-07.ts'
import { draft11 } from './draft-11.ts'
import type { FieldEmitter } from './emitter.ts'

export type { FieldEmitter } from './emitter.ts'
export { legacyFields } from './legacy.ts'

/** The draft still moves: clients written for one revision cannot read another, so each has an emitter. */
export const emitters = { '11': draft11, '07': draft07 } as const satisfies Record<string, FieldEmitter>

/** A revision of draft-ietf-httpapi-ratelimit-headers that answers can be written in. */
export type DraftRevision = keyof typeof emitters
