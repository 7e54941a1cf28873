import type { Logger } from 'pino'
import type { Flaw, SkippedKey } from '../settings/key-ring.ts'
import type { FetchFailed, FetchOutcome } from './fetch-key-set.ts'
import type { KeptKeySet } from './kept-key-set.ts'

/** What somebody should know of the keys of an issuer. Each trouble is told when it begins and when it is over. */
export interface KeyAlarms {
  fetched(skipped: readonly SkippedKey[]): void
  /** `fetchedAt`: when the keys in force were fetched, where there are any. */
  failed(failure: FetchFailed, fetchedAt: number | undefined): void
  kept(): void
  notKept(error: unknown): void
  readFromDisk(set: { readonly ageMs: number; readonly believed: boolean }): void
}

export interface KeyAlarmOptions {
  readonly issuer: string
  readonly url: URL
  readonly maxStaleMs: number
  readonly kept?: KeptKeySet
  readonly log: Logger
  readonly clock: () => number
}

/** An issuer that is away so long will not come back by itself. */
const STALE_MS = 600_000
/** Nobody is at fault where an issuer publishes what is not meant for us. */
const HARMLESS: ReadonlySet<Flaw> = new Set(['use', 'algorithm'])
/** It answers, and not as an issuer should. */
const SUSPECT: ReadonlySet<FetchOutcome> = new Set(['redirect', 'too_large', 'malformed', 'no_keys'])

export function createKeyAlarms({
  issuer,
  url,
  maxStaleMs,
  kept,
  log: root,
  clock,
}: KeyAlarmOptions): KeyAlarms {
  const log = root.child({ issuer, jwks: url.href })
  let trouble: FetchOutcome | undefined
  let told: 'fresh' | 'stale' | 'refused' = 'fresh'
  let flaws = '[]'
  let diskFull = false

  return {
    fetched: (skipped) => {
      if (trouble !== undefined) log.info('the keys of the issuer can be fetched again')
      trouble = undefined
      told = 'fresh'
      const alarming = skipped.filter(({ flaw }) => !HARMLESS.has(flaw))
      const now = JSON.stringify(alarming)
      if (now !== flaws && alarming.length > 0)
        log.error(
          { skipped: alarming },
          'the issuer publishes keys that are not to be trusted: they are not taken',
        )
      flaws = now
    },
    failed: ({ outcome, message }, fetchedAt) => {
      if (outcome !== trouble)
        log[SUSPECT.has(outcome) ? 'error' : 'warn'](
          { outcome, reason: message },
          fetchedAt === undefined
            ? 'the keys of the issuer cannot be fetched'
            : 'the keys of the issuer cannot be fetched: the last good ones stay in use',
        )
      trouble = outcome
      if (fetchedAt === undefined) return
      const age = clock() - fetchedAt
      const seconds = { age_s: Math.round(age / 1000), max_s: maxStaleMs / 1000 }
      if (age >= maxStaleMs && told !== 'refused') {
        log.error(seconds, 'the keys of the issuer are too old to be believed: its tokens are not taken')
        told = 'refused'
      } else if (age >= STALE_MS && told === 'fresh') {
        log.error(seconds, 'the keys of the issuer are stale')
        told = 'stale'
      }
    },
    kept: () => {
      diskFull = false
    },
    notKept: (err) => {
      if (!diskFull)
        log.error({ err, file: kept?.path }, 'the keys of the issuer cannot be kept on disk, or read from it')
      diskFull = true
    },
    readFromDisk: ({ ageMs, believed }) => {
      const age = { age_s: Math.round(ageMs / 1000) }
      if (believed) log.info(age, 'starting with the keys of the issuer that were last fetched')
      else log.warn(age, 'the keys of the issuer that were kept are too old to be believed')
    },
  }
}
