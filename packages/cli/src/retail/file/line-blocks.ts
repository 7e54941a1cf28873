import { createReadStream } from 'node:fs'
import { UnusableFileError } from './unusable-file.ts'

/** One physical line; `text` is undefined when the line is too long to be one. */
export interface PhysicalLine {
  readonly number: number
  readonly text: string | undefined
}

const BLOCK = 500
const LONGEST_LINE = 64 * 1024

/**
 * The physical lines of a file in blocks, numbered from 1. Bytes are read as Latin-1, which loses none of them:
 * `decodeField` finds out later what they meant. Memory stays bounded whatever the file holds.
 */
export async function* lineBlocks(path: string, most = BLOCK): AsyncGenerator<PhysicalLine[]> {
  let block: PhysicalLine[] = []
  let rest = ''
  let number = 0
  let overflowing = false
  const finish = (text: string) => {
    number++
    const tooLong = overflowing || text.length > LONGEST_LINE
    block.push({ number, text: tooLong ? undefined : text.replace(/\r$/, '') })
    overflowing = false
  }
  for await (const chunk of chunks(path)) {
    const pieces = (rest + chunk).split('\n')
    rest = pieces.pop() ?? ''
    for (const piece of pieces) {
      finish(piece)
      if (block.length >= most) {
        yield block
        block = []
      }
    }
    if (rest.length > LONGEST_LINE) {
      overflowing = true
      rest = ''
    }
  }
  if (rest !== '' || overflowing) finish(rest)
  if (block.length > 0) yield block
}

async function* chunks(path: string): AsyncGenerator<string> {
  try {
    yield* createReadStream(path, { encoding: 'latin1' }) as AsyncIterable<string>
  } catch (cause) {
    throw new UnusableFileError(unreadable(path, (cause as NodeJS.ErrnoException).code), { cause })
  }
}

function unreadable(path: string, code: string | undefined): string {
  if (code === 'ENOENT') return `${path}: no such file`
  if (code === 'EISDIR') return `${path} is a folder: name the CSV file in it`
  if (code === 'EACCES' || code === 'EPERM') return `${path}: not readable by this user`
  return `${path} cannot be read (${code ?? 'unknown error'})`
}
