import type { Logger } from 'pino'
import type { JournalFile } from './journal-file.ts'
import type { Line } from './line.ts'

/**
 * The file of a journal whose truth lies in Redis: the last good copy, to start from while Redis is away. A disk that
 * cannot be written to is told once and holds up nothing; the copy is made whole as soon as it can be.
 */
export class KeptCopy<E> {
  readonly #file: JournalFile<E>
  readonly #log: Logger
  #whole = true

  constructor(file: JournalFile<E>, log: Logger) {
    this.#file = file
    this.#log = log
  }

  /** Keeps lines behind those it has. */
  async add(before: readonly Line<E>[], lines: readonly Line<E>[]): Promise<void> {
    if (this.#whole) {
      try {
        return await this.#file.append(lines)
      } catch (err) {
        this.#log.warn({ err, file: this.#file.path }, 'the file of a journal is written anew')
      }
    }
    await this.replace([...before, ...lines])
  }

  async replace(lines: readonly Line<E>[], aside?: string): Promise<void> {
    try {
      await this.#file.replace(lines, aside)
      this.#whole = true
    } catch (err) {
      if (this.#whole)
        this.#log.error({ err, file: this.#file.path }, 'a journal cannot be kept on disk: look at STATE')
      this.#whole = false
    }
  }

  close(): Promise<void> {
    return this.#file.close()
  }
}
