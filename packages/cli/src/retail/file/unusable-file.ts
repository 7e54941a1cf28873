/** The file is missing, unreadable or of another format; the message is one line that says what to do. */
export class UnusableFileError extends Error {
  override readonly name = 'UnusableFileError'
}
