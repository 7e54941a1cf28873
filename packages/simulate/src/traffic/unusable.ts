/** Traffic that cannot be replayed; the message says which file and why, in one line. */
export class UnusableTrafficError extends Error {
  override readonly name = 'UnusableTrafficError'
}
