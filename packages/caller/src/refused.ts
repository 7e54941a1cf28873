/** A token that is not good here, for a reason jose does not know. */
export class CallerRefused extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'CallerRefused'
  }
}

/** The keys of the issuer cannot be had, so nothing can be said about its tokens. */
export class KeysUnreachable extends Error {
  constructor(cause: unknown) {
    super('the keys of the issuer cannot be fetched', { cause })
    this.name = 'KeysUnreachable'
  }
}
