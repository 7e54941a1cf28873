import type { Call, FormatName, ReadLine } from './call.ts'
import { type BlockOptions, lineBlocks } from './line-blocks.ts'
import { UnusableTrafficError } from './unusable.ts'

/** What became of the lines of one file. */
export interface FileCount {
  readonly path: string
  /** Null until a line was understood. */
  format: FormatName | null
  lines: number
  calls: number
  /** Understood, but no request that limits are held against. */
  other: number
  /** Before `from` or not before `until`. */
  outside: number
  malformed: number
  /** The first few of them. */
  readonly examples: { readonly line: number; readonly text: string }[]
  /** Further out of order than the sort can reach; taken at a later time than recorded. */
  late: number
}

export interface FileOptions extends BlockOptions {
  /** The formats a file may have; one reader each, made for this run. */
  readonly readers: ReadonlyMap<FormatName, ReadLine>
  /** Microseconds since the epoch. */
  readonly from?: number
  readonly until?: number
}

const EXAMPLES = 5
const LONGEST_EXAMPLE = 120
const LINES_TO_RECOGNISE = 1_000
const LINE_FEED = 10
const CARRIAGE_RETURN = 13

/** A count with nothing counted yet. */
export function countOf(path: string): FileCount {
  return { path, format: null, lines: 0, calls: 0, other: 0, outside: 0, malformed: 0, examples: [], late: 0 }
}

/**
 * The calls of one file in the order they stand in it. The first line that any format understands decides the format
 * of the file. Throws an UnusableTrafficError when there is no call in it.
 */
export async function* fileCalls(count: FileCount, options: FileOptions): AsyncGenerator<Call[]> {
  const { from = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY } = options
  let read: ReadLine | undefined
  for await (const bytes of lineBlocks(count.path, options)) {
    const calls: Call[] = []
    for (let start = 0, next = 0; start < bytes.length; start = next) {
      const feed = bytes.indexOf(LINE_FEED, start)
      next = feed === -1 ? bytes.length : feed + 1
      let end = feed === -1 ? bytes.length : feed
      if (end > start && bytes[end - 1] === CARRIAGE_RETURN) end--
      count.lines++
      if (end === start) continue
      read ??= recognise(bytes, start, end, count, options.readers)
      const reading = read === undefined ? 'malformed' : read(bytes, start, end)
      if (reading === 'malformed') skip(count, bytes, start, end)
      else if (reading === 'other') count.other++
      else if (reading.at < from || reading.at >= until) count.outside++
      else calls.push(reading)
    }
    count.calls += calls.length
    if (calls.length > 0) yield calls
  }
  if (count.calls === 0) throw new UnusableTrafficError(complaint(count))
}

function recognise(
  bytes: Buffer,
  start: number,
  end: number,
  count: FileCount,
  readers: FileOptions['readers'],
): ReadLine | undefined {
  for (const [format, read] of readers) {
    if (read(bytes, start, end) === 'malformed') continue
    count.format = format
    return read
  }
  if (count.lines > LINES_TO_RECOGNISE) throw new UnusableTrafficError(complaint(count))
  return undefined
}

function skip(count: FileCount, bytes: Buffer, start: number, end: number): void {
  count.malformed++
  if (count.examples.length === EXAMPLES) return
  // A character has four bytes at most.
  const text = bytes.toString('utf8', start, Math.min(end, start + 4 * (LONGEST_EXAMPLE + 1)))
  const cut = text.length > LONGEST_EXAMPLE ? `${text.slice(0, LONGEST_EXAMPLE)}…` : text
  count.examples.push({ line: count.lines, text: cut })
}

function complaint({ path, format, lines, other, outside, malformed }: FileCount): string {
  if (lines === 0) return `${path} is empty`
  if (format === null)
    return `${path} is no traffic: none of its first ${lines} lines is one of the gateway's access log or of a combined log`
  if (outside > 0) return `${path} has no call between --from and --until (${outside} outside)`
  const more = malformed > 0 ? `, ${malformed} malformed` : ''
  return `${path} has no request that limits are held against (${other} other lines${more})`
}
