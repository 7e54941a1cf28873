/** A policy document that cannot be used; the message lists every problem on a line of its own. */
export class PolicyFileError extends Error {
  override readonly name = 'PolicyFileError'
}
