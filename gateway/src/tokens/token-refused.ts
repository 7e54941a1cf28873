/** Why a token is refused; the message is for the client's developer: plain ASCII words without quotes. */
export class TokenRefused extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'TokenRefused'
  }
}
