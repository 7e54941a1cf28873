import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose'
import { isPublicKey } from '../settings/public-key.ts'

/** The public keys of one issuer. */
export interface KeySet {
  /** Finds the key of a token. Throws KeysUnreachable while no key was ever fetched. */
  readonly find: JWTVerifyGetKey
  known(): boolean
  start(): void
  stop(): void
}

/** The issuer was never reached, so nothing can be said about its tokens. */
export class KeysUnreachable extends Error {
  constructor(cause: unknown) {
    super('the keys of the issuer could not be fetched yet', { cause })
    this.name = 'KeysUnreachable'
  }
}

/** Keys that came with the settings. */
export function fixedKeySet(set: JSONWebKeySet): KeySet {
  return { find: createLocalJWKSet(set), known: () => true, start: () => {}, stop: () => {} }
}

/** The keys of a set that may verify signatures; what else an issuer publishes is passed over. */
export function publicKeysOf(set: JSONWebKeySet): JSONWebKeySet {
  return { keys: set.keys.filter(isPublicKey) }
}

/** True for jose's word that no key of the set fits the token. */
export function isNoMatch(error: unknown): boolean {
  return error instanceof errors.JWKSNoMatchingKey
}
