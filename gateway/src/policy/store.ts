import type { PolicySnapshot } from './snapshot.ts'

/** Holds the snapshot in force. Only a whole, valid snapshot can be put in, so the last good one always stands. */
export interface PolicyStore {
  /** The snapshot in force. A request asks once and keeps what it got. */
  current(): PolicySnapshot
  /** Puts another snapshot in force for the requests that begin from now on; answers the one before. */
  swap(next: PolicySnapshot): PolicySnapshot
}

export function createPolicyStore(first: PolicySnapshot): PolicyStore {
  let inForce = first
  return {
    current: () => inForce,
    swap: (next) => {
      const before = inForce
      inForce = next
      return before
    },
  }
}
