import type { PolicySnapshot } from './snapshot.ts'

/** Holds the snapshot in force. Only a whole, valid snapshot can be put in, so the last good one always stands. */
export interface PolicyStore {
  /** The snapshot in force. A request asks once and keeps what it got. */
  current(): PolicySnapshot
  /** Puts another snapshot in force for the requests that begin from now on; answers the one before. */
  swap(next: PolicySnapshot): PolicySnapshot
  /** Whether a newer one would be known here: false while the place all gateways share is out of reach. */
  synced(): boolean
}

export function createPolicyStore(
  first: PolicySnapshot,
  synced: PolicyStore['synced'] = () => true,
): PolicyStore {
  let inForce = first
  return {
    current: () => inForce,
    swap: (next) => {
      const before = inForce
      inForce = next
      return before
    },
    synced,
  }
}
