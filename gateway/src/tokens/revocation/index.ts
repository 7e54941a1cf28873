export type { RevocationEvent, RevokedTokens } from './revocation-event.ts'
export { RevocationFault } from './revocation-fault.ts'
export {
  createRevocations,
  type ListedRevocation,
  type Revocations,
  type RevocationWish,
} from './revocations.ts'
