import type { Logger } from 'pino'
import { Conflict, type Journal, pauseAfterConflict } from '../journal/index.ts'
import {
  type ChangeContext,
  type Draft,
  draftCreation,
  draftRevocation,
  draftRotation,
  type IssuedKey,
  type KeyWish,
  type RotationWish,
} from './changes.ts'
import { createKeyBook, type KeyBook, type KeyState, stateOf } from './key-book.ts'
import { type KeyEvent, type KeyRecord, readKeyEvent } from './key-event.ts'
import { KeyFault } from './key-fault.ts'
import type { LastUsed } from './last-used.ts'
import { createSeal, type Seal } from './seal.ts'
import { createVerdicts, type KeyVerdict } from './verdict.ts'

/** A record with what became of it; times are milliseconds since the epoch. */
export interface ListedKey extends KeyRecord {
  readonly state: KeyState
  readonly lastUsed: number | null
  readonly rotatedTo: string | null
  readonly overlapEnds: number | null
  readonly revoked: number | null
  readonly revokedBy: string | null
}

/** The API keys of all gateways. Judging is done in memory alone; changes go through the journal. */
export interface ApiKeys {
  /** Whether there is a pepper: without one no key is good and none can be made. */
  readonly on: boolean
  judge(text: string): KeyVerdict
  /** Every key ever made, the oldest first. */
  list(): ListedKey[]
  get(id: string): ListedKey | undefined
  /** These reject with a KeyFault, or Unavailable where the change could not be kept. `by` is who asks. */
  create(wish: KeyWish, by: string): Promise<IssuedKey>
  rotate(id: string, wish: RotationWish, by: string): Promise<IssuedKey>
  /** Gives the ids of all keys it ended. */
  revoke(id: string, by: string): Promise<readonly string[]>
  close(): Promise<void>
}

export interface ApiKeysOptions {
  readonly journal: Journal<KeyEvent>
  readonly pepper: string | undefined
  readonly lastUsed: LastUsed
  /** Milliseconds since the epoch. */
  readonly clock: () => number
  readonly log: Logger
}

/** More writers at the very same moment than there can be. */
const MOST_TRIES = 20
const OFF =
  'API keys are off: set KEY_PEPPER to at least 32 random characters, the same on every gateway, and restart.'

/** API keys over a journal that stays the caller's to close. */
export function createApiKeys({ journal, pepper, lastUsed, clock, log }: ApiKeysOptions): ApiKeys {
  const seal = pepper === undefined ? undefined : createSeal(pepper)
  let book = createKeyBook()
  let judge = judgeOf(book, seal, clock)

  const unsubscribe = journal.subscribe(
    ({ number, entry }) => {
      const event = readKeyEvent(entry)
      if (event === undefined)
        log.warn({ number }, 'an entry of the keys journal cannot be read and is left out')
      else book.apply(event)
    },
    {
      restart: () => {
        book = createKeyBook()
        judge = judgeOf(book, seal, clock)
      },
    },
  )
  warnOfOtherPepper(book, seal, log)

  // Changes of this gateway take turns: only other gateways can be first, and no rush uses up the tries.
  let changing: Promise<unknown> = Promise.resolve()

  function change<Result>(by: string, draft: (context: ChangeContext) => Draft<Result>): Promise<Result> {
    const made = changing.then(() => changeNow(by, draft))
    changing = made.catch(() => {})
    return made
  }

  async function changeNow<Result>(
    by: string,
    draft: (context: ChangeContext) => Draft<Result>,
  ): Promise<Result> {
    if (seal === undefined) throw new KeyFault('off', OFF)
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const { length } = journal.entries()
      const { event, result } = draft({ book, seal, now: clock(), by })
      try {
        await journal.append(event, length)
        return result
      } catch (error) {
        // Somebody was first: what we may do is worked out anew on what is there now.
        if (!(error instanceof Conflict)) throw error
        await pauseAfterConflict(tries)
      }
    }
    throw new KeyFault('busy', 'Others keep changing keys at this moment; try again.')
  }

  function listed(id: string): ListedKey | undefined {
    const entry = book.get(id)
    if (entry === undefined) return undefined
    const { key, rotatedTo, overlapEnds, revoked, revokedBy } = entry
    const { seal: _seal, pepper: _pepper, ...record } = key
    const state = stateOf(entry, clock())
    return { ...record, state, lastUsed: lastUsed.of(id), rotatedTo, overlapEnds, revoked, revokedBy }
  }

  return {
    on: seal !== undefined,
    judge: (text) => {
      const verdict = judge(text)
      if (verdict.client !== null) lastUsed.note(verdict.id, clock())
      return verdict
    },
    list: () => Array.from(book.all(), ({ key }) => listed(key.id) as ListedKey),
    get: listed,
    create: (wish, by) => change(by, (context) => draftCreation(context, wish)),
    rotate: (id, wish, by) => change(by, (context) => draftRotation(context, id, wish)),
    revoke: (id, by) => change(by, (context) => draftRevocation(context, id)),
    close: async () => {
      unsubscribe()
      await lastUsed.close()
    },
  }
}

function judgeOf(book: KeyBook, seal: Seal | undefined, clock: () => number): (text: string) => KeyVerdict {
  if (seal === undefined) return () => ({ client: null, id: null, flaw: 'API_KEYS_OFF' })
  return createVerdicts(book, seal, clock)
}

/** With another pepper no old key fits, and every holder is told 401: somebody should know why. */
function warnOfOtherPepper(book: KeyBook, seal: Seal | undefined, log: Logger): void {
  const entries = [...book.all()]
  const foreign = entries.filter(({ key }) => key.pepper !== seal?.pepper).length
  if (foreign === 0) return
  log.warn(
    { keys: foreign },
    seal === undefined
      ? 'KEY_PEPPER is not set: all API keys are refused'
      : 'KEY_PEPPER is not the one these API keys were made with: they are refused',
  )
}
