/** Why a key could not be made, rotated or revoked. The message is for the operator who asked. */
export type KeyFaultKind =
  /** No pepper is set. */
  | 'off'
  | 'unknown'
  /** The present state of the key does not allow it. */
  | 'state'
  /** There are as many keys as a gateway keeps. */
  | 'full'
  /** Others kept changing keys at the same time. */
  | 'busy'

export class KeyFault extends Error {
  readonly kind: KeyFaultKind

  constructor(kind: KeyFaultKind, message: string) {
    super(message)
    this.name = 'KeyFault'
    this.kind = kind
  }
}
