import { readFileSync } from 'node:fs'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/** The last known size of the fleet on disk: a gateway that starts while Redis is away takes its share by it. */
export class RememberedSize {
  readonly #path: string
  #writing: Promise<void> = Promise.resolve()

  constructor(path: string) {
    this.#path = path
  }

  /** 1 where nothing, or nothing sensible, was kept. */
  read(): number {
    try {
      const { size } = JSON.parse(readFileSync(this.#path, 'utf8')) as { size?: unknown }
      return Number.isSafeInteger(size) && (size as number) > 0 ? (size as number) : 1
    } catch {
      return 1
    }
  }

  /** One write after the other; `complain` hears of one that failed. */
  write(size: number, complain: (error: unknown) => void): void {
    this.#writing = this.#writing.then(() => this.#replace(size)).catch(complain)
  }

  /** Resolves when everything is written. */
  settled(): Promise<void> {
    return this.#writing
  }

  async #replace(size: number): Promise<void> {
    await mkdir(dirname(this.#path), { recursive: true })
    const aside = `${this.#path}.${process.pid}`
    await writeFile(aside, `${JSON.stringify({ size })}\n`)
    await rename(aside, this.#path)
  }
}
