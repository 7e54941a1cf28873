import { open } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { UnusableTrafficError } from './unusable.ts'

const CHUNK = 64 * 1024
const LONGEST_LINE = 1024 * 1024
const LINE_FEED = 10

export interface BlockOptions {
  /** Told how many bytes of the file, packed or not, were read. */
  readonly onBytes?: (count: number) => void
  /** Where `-` comes from. */
  readonly stdin?: Readable
}

/**
 * The bytes of a log in pieces of whole lines, the last one perhaps without its line feed. Each piece is good until
 * the next one is asked for. Gzip is known by its first bytes, whatever the name says.
 */
export async function* lineBlocks(path: string, options: BlockOptions = {}): AsyncGenerator<Buffer> {
  try {
    yield* wholeLines(unpacked(bytesOf(path, options), options.onBytes))
  } catch (error) {
    if (error instanceof UnusableTrafficError) throw error
    const { code = '', message } = error as NodeJS.ErrnoException
    if (code.startsWith('Z_')) throw new UnusableTrafficError(`${path} is a broken gzip file: ${message}`)
    if (code.startsWith('E')) throw new UnusableTrafficError(`${path} cannot be read: ${message}`)
    throw error
  }
}

function bytesOf(path: string, { stdin = process.stdin }: BlockOptions): AsyncIterable<Buffer | string> {
  return path === '-' ? stdin : fileBytes(path)
}

/** Reads into the same bytes again and again, which saves hundreds of megabytes: what is yielded soon changes. */
async function* fileBytes(path: string): AsyncGenerator<Buffer> {
  const file = await open(path)
  try {
    const buffer = Buffer.allocUnsafe(CHUNK)
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, CHUNK)
      if (bytesRead === 0) return
      yield buffer.subarray(0, bytesRead)
    }
  } finally {
    await file.close()
  }
}

async function* unpacked(
  source: AsyncIterable<Buffer | string>,
  onBytes?: (count: number) => void,
): AsyncGenerator<Buffer> {
  const chunks = counted(source, onBytes)
  // One byte may come alone, through a pipe.
  let first = Buffer.alloc(0)
  while (first.length < 2) {
    const step = await chunks.next()
    if (step.done) break
    first = Buffer.concat([first, step.value])
  }
  const all = resumed(first, chunks)
  if (first[0] !== 0x1f || first[1] !== 0x8b) yield* all
  else yield* gunzipped(all)
}

async function* counted(
  source: AsyncIterable<Buffer | string>,
  onBytes?: (count: number) => void,
): AsyncGenerator<Buffer> {
  for await (const chunk of source) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    onBytes?.(bytes.length)
    yield bytes
  }
}

async function* resumed(first: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  if (first.length > 0) yield first
  yield* rest
}

/** A stream may hold several pieces at once. */
async function* copies(chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) yield Buffer.from(chunk)
}

async function* gunzipped(chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const packed = Readable.from(copies(chunks), { objectMode: false, highWaterMark: CHUNK })
  const gunzip = createGunzip({ chunkSize: CHUNK })
  packed.once('error', (error) => gunzip.destroy(error))
  packed.pipe(gunzip)
  try {
    for await (const chunk of gunzip) yield chunk as Buffer
  } finally {
    packed.destroy()
    gunzip.destroy()
  }
}

/**
 * A line longer than any log line is cut; it will be counted as malformed, and memory stays bounded. What is yielded
 * stands in the same bytes each time.
 */
async function* wholeLines(chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  let room = Buffer.allocUnsafe(2 * CHUNK)
  let begun = 0
  for await (const chunk of chunks) {
    const last = chunk.lastIndexOf(LINE_FEED)
    if (last === -1 && begun >= LONGEST_LINE) continue
    const filled = begun + chunk.length
    if (filled > room.length) room = Buffer.concat([room.subarray(0, begun)], 2 * filled)
    chunk.copy(room, begun)
    const whole = last === -1 ? 0 : begun + last + 1
    if (whole > 0) yield room.subarray(0, whole)
    room.copyWithin(0, whole, filled)
    begun = filled - whole
  }
  if (begun > 0) yield room.subarray(0, begun)
}
