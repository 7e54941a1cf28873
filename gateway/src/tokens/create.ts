import type { Logger } from 'pino'
import type { Issuer } from '../settings.ts'
import type { Client } from './client.ts'
import { fixedKeySet } from './key-set.ts'
import { createTokenMemory, type TokenMemory } from './memory.ts'
import { remoteKeySet } from './remote-key-set.ts'
import { createVerify, type TrustedIssuer } from './verify.ts'

/** The access tokens of all trusted issuers, for whichever listener asks. */
export interface Tokens {
  /** The client of a canonical token that was verified a moment ago; undefined means it has to be verified. */
  recall(token: string): Client | undefined
  /** Verifies and remembers. Rejects with TokenRefused, or KeysUnreachable where it cannot be judged. */
  learn(token: string): Promise<Client>
  /** Whether the keys of any issuer are known. */
  keysKnown(): boolean
  /** Begins to fetch keys, beside the requests. */
  start(): void
  stop(): void
}

export interface CreateTokensOptions {
  readonly issuers: readonly Issuer[]
  /** Milliseconds since the epoch. */
  readonly clock: () => number
  readonly log: Logger
}

export function createTokens({ issuers, clock, log }: CreateTokensOptions): Tokens {
  let memory: TokenMemory
  const trusted = issuers.map((issuer): TrustedIssuer => {
    const { keys } = issuer
    const onKeysGone = (kept: ReadonlySet<string>) => memory.forget(issuer.issuer, kept)
    const keySet =
      keys instanceof URL ? remoteKeySet({ url: keys, log, clock, onKeysGone }) : fixedKeySet(keys)
    return { ...issuer, keySet }
  })
  memory = createTokenMemory(createVerify(trusted, clock), clock)
  return {
    recall: memory.recall,
    learn: memory.learn,
    keysKnown: () => trusted.some(({ keySet }) => keySet.known()),
    start: () => {
      for (const { keySet } of trusted) keySet.start()
    },
    stop: () => {
      for (const { keySet } of trusted) keySet.stop()
    },
  }
}
