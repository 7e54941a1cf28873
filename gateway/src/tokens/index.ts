export { isCanonicalToken } from '@stockgate/caller'
export type { Client, Confirmation } from './client.ts'
export { createTokens, type IssuerStatus, type Tokens } from './create.ts'
export { FETCH_OUTCOMES } from './fetch-key-set.ts'
export { KeysUnreachable } from './key-set.ts'
export {
  createRevocations,
  type ListedRevocation,
  type RevocationEvent,
  RevocationFault,
  type Revocations,
  type RevocationWish,
  type RevokedTokens,
} from './revocation/index.ts'
export { TokenRefused } from './token-refused.ts'
