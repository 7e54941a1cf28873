import { appendFileSync, closeSync, existsSync, openSync, readSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** The log file of one process; of the run before, one file is kept. */
export interface ChildLog {
  readonly path: string
  /** A descriptor to hand to the process. Close it after the spawn. */
  open(): number
  append(text: string): void
  /** What was written since the last call, whole lines only. */
  news(): string[]
}

/** More than this since the last look is skipped: the file has it all. */
const MOST_NEWS = 1024 * 1024

export function createChildLog(home: string, name: string): ChildLog {
  const path = join(home, 'logs', `${name}.log`)
  if (existsSync(path)) renameSync(path, join(home, 'logs', `${name}.previous.log`))
  appendFileSync(path, '', { mode: 0o600 })
  let seen = 0
  return {
    path,
    open: () => openSync(path, 'a', 0o600),
    append: (text) => appendFileSync(path, text),
    news: () => {
      const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
      if (size <= seen) return []
      seen = Math.max(seen, size - MOST_NEWS)
      const text = read(path, seen, size)
      const end = text.lastIndexOf('\n')
      if (end < 0) return []
      seen += Buffer.byteLength(text.slice(0, end + 1))
      return text.slice(0, end).split('\n')
    },
  }
}

function read(path: string, from: number, to: number): string {
  const file = openSync(path, 'r')
  try {
    const bytes = Buffer.alloc(to - from)
    return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, from)).toString('utf8')
  } finally {
    closeSync(file)
  }
}
