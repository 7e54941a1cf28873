/** Why tokens could not be revoked. The message is for the operator who asked. */
export type RevocationFaultKind =
  /** There are as many revocations as a gateway keeps. */
  | 'full'
  /** Others kept revoking at the same time. */
  | 'busy'

export class RevocationFault extends Error {
  readonly kind: RevocationFaultKind

  constructor(kind: RevocationFaultKind, message: string) {
    super(message)
    this.name = 'RevocationFault'
    this.kind = kind
  }
}
