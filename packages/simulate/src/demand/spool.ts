import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Records of three numbers, in pages: so many records are in memory for each tape, the rest is on disk. */
const RECORDS = 4_096
const PAGE_BYTES = RECORDS * 16

/** One page: a time (or another whole number below 2⁵³), a counter and an amount for each record. */
class Page {
  readonly bytes = new Uint8Array(PAGE_BYTES)
  readonly times = new Float64Array(this.bytes.buffer, 0, RECORDS)
  readonly counters = new Uint32Array(this.bytes.buffer, RECORDS * 8, RECORDS)
  readonly amounts = new Int32Array(this.bytes.buffer, RECORDS * 12, RECORDS)
}

/** Hears records one after the other. */
export type Hear = (time: number, counter: number, amount: number) => void

/** A list of records that can be read again and again. */
export interface Tape {
  readonly length: number
  add(time: number, counter: number, amount: number): void
  play(hear: Hear): void
}

/**
 * Keeps what several passes need and memory should not hold. It writes into one unnamed file in the folder for
 * temporary files, so nothing is left behind however the process ends.
 */
export class Spool {
  #file: number | undefined
  #written = 0

  tape(): Tape {
    const filling = new Page()
    const positions: number[] = []
    let used = 0
    let length = 0
    return {
      get length() {
        return length
      },
      add: (time, counter, amount) => {
        if (used === RECORDS) {
          positions.push(this.#write(filling))
          used = 0
        }
        filling.times[used] = time
        filling.counters[used] = counter
        filling.amounts[used] = amount
        used++
        length++
      },
      play: (hear) => {
        const page = new Page()
        for (const position of positions) {
          this.#read(page, position)
          playPage(page, RECORDS, hear)
        }
        playPage(filling, used, hear)
      },
    }
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
  }

  #write(page: Page): number {
    this.#file ??= unnamedFile()
    const position = this.#written
    for (let done = 0; done < PAGE_BYTES; )
      done += writeSync(this.#file, page.bytes, done, PAGE_BYTES - done, position + done)
    this.#written += PAGE_BYTES
    return position
  }

  #read(page: Page, position: number): void {
    for (let done = 0; done < PAGE_BYTES; ) {
      const count = readSync(this.#file as number, page.bytes, done, PAGE_BYTES - done, position + done)
      if (count === 0) throw new Error('the file for temporary records ends too early')
      done += count
    }
  }
}

function playPage(page: Page, count: number, hear: Hear): void {
  for (let index = 0; index < count; index++)
    hear(page.times[index] as number, page.counters[index] as number, page.amounts[index] as number)
}

function unnamedFile(): number {
  const folder = mkdtempSync(join(tmpdir(), 'stockgate-simulate-'))
  const file = openSync(join(folder, 'records'), 'wx+', 0o600)
  rmSync(folder, { recursive: true })
  return file
}
