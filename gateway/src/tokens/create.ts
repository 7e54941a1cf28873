import type { Logger } from 'pino'
import type { Issuer } from '../settings.ts'
import type { Client } from './client.ts'
import { keptKeySet } from './kept-key-set.ts'
import { fixedKeySet, type KeySet, type KeySetStatus } from './key-set.ts'
import { createTokenMemory, type TokenMemory } from './memory.ts'
import { RemoteKeySet } from './remote-key-set.ts'
import type { Revocations } from './revocation/index.ts'
import { createVerify } from './verify.ts'

/** The access tokens of all trusted issuers, for whichever listener asks. */
export interface Tokens {
  /** The client of a canonical token that was verified a moment ago; undefined means it has to be verified. */
  recall(token: string): Client | undefined
  /** Verifies and remembers. Rejects with TokenRefused, or KeysUnreachable where it cannot be judged. */
  learn(token: string): Promise<Client>
  /** Whether the keys of any issuer are known. */
  keysKnown(): boolean
  /** Whether those of every issuer are. */
  allKeysKnown(): boolean
  /** How it stands with the issuers whose keys are fetched. */
  keySets(): readonly IssuerStatus[]
  /** Begins to fetch keys, beside the requests. */
  start(): void
  stop(): void
}

export interface IssuerStatus extends KeySetStatus {
  readonly issuer: string
}

export interface CreateTokensOptions {
  readonly issuers: readonly Issuer[]
  /** What holds for no longer; without it nothing is revoked. */
  readonly revocations?: Pick<Revocations, 'isRevoked' | 'onRevoked'>
  /** The state folder, where the last good keys are kept; without it they are not. */
  readonly folder?: string
  /** How old keys may be that are still believed. */
  readonly maxStaleMs?: number
  /** Milliseconds since the epoch. */
  readonly clock: () => number
  readonly log: Logger
}

const DAY_MS = 86_400_000

export function createTokens(options: CreateTokensOptions): Tokens {
  const { issuers, revocations, folder, maxStaleMs = DAY_MS, clock, log } = options
  let memory: TokenMemory

  function keySetOf({ issuer, keys, algorithms }: Issuer): KeySet {
    if (!(keys instanceof URL)) return fixedKeySet(keys)
    return new RemoteKeySet({
      issuer,
      url: keys,
      algorithms,
      maxStaleMs,
      ...(folder !== undefined && { kept: keptKeySet({ folder, issuer, url: keys, algorithms }) }),
      log,
      clock,
      onKeysGone: (unchanged) => memory.forget(issuer, unchanged),
    })
  }

  const trusted = issuers.map((issuer) => ({ ...issuer, keySet: keySetOf(issuer) }))
  memory = createTokenMemory(createVerify(trusted, clock), clock, revocations?.isRevoked)
  revocations?.onRevoked(memory.forgetWhere)
  return {
    recall: memory.recall,
    learn: memory.learn,
    keysKnown: () => trusted.some(({ keySet }) => keySet.known()),
    allKeysKnown: () => trusted.every(({ keySet }) => keySet.known()),
    keySets: () =>
      trusted.flatMap(({ issuer, keySet }) => {
        const status = keySet.status()
        return status === undefined ? [] : [{ issuer, ...status }]
      }),
    start: () => {
      for (const { keySet } of trusted) keySet.start()
    },
    stop: () => {
      for (const { keySet } of trusted) keySet.stop()
    },
  }
}
