import type { Call, FormatName, ReadLine } from './call.ts'
import { type TextOptions, textBlocks } from './text-blocks.ts'
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

export interface FileOptions extends TextOptions {
  /** The formats a file may have; one reader each, made for this run. */
  readonly readers: ReadonlyMap<FormatName, ReadLine>
  /** Microseconds since the epoch. */
  readonly from?: number
  readonly until?: number
}

const EXAMPLES = 5
const LONGEST_EXAMPLE = 120
const LINES_TO_RECOGNISE = 1_000

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
  for await (const text of textBlocks(count.path, options)) {
    const calls: Call[] = []
    for (let start = 0; start < text.length; ) {
      const feed = text.indexOf('\n', start)
      const end = feed === -1 ? text.length : feed
      const line = text.slice(start, text.charCodeAt(end - 1) === 13 && end > start ? end - 1 : end)
      start = end + 1
      count.lines++
      if (line === '') continue
      read ??= recognise(line, count, options.readers)
      const reading = read === undefined ? 'malformed' : read(line)
      if (reading === 'malformed') skip(count, line)
      else if (reading === 'other') count.other++
      else if (reading.at < from || reading.at >= until) count.outside++
      else calls.push(reading)
    }
    count.calls += calls.length
    if (calls.length > 0) yield calls
  }
  if (count.calls === 0) throw new UnusableTrafficError(complaint(count))
}

function recognise(line: string, count: FileCount, readers: FileOptions['readers']): ReadLine | undefined {
  for (const [format, read] of readers) {
    if (read(line) === 'malformed') continue
    count.format = format
    return read
  }
  if (count.lines > LINES_TO_RECOGNISE) throw new UnusableTrafficError(complaint(count))
  return undefined
}

function skip(count: FileCount, line: string): void {
  count.malformed++
  if (count.examples.length === EXAMPLES) return
  const cut = line.length > LONGEST_EXAMPLE ? `${line.slice(0, LONGEST_EXAMPLE)}…` : line
  count.examples.push({ line: count.lines, text: Buffer.from(cut).toString() })
}

function complaint({ path, format, lines, other, outside, malformed }: FileCount): string {
  if (lines === 0) return `${path} is empty`
  if (format === null)
    return `${path} is no traffic: none of its first ${lines} lines is one of the gateway's access log or of a combined log`
  if (outside > 0) return `${path} has no call between --from and --until (${outside} outside)`
  const more = malformed > 0 ? `, ${malformed} malformed` : ''
  return `${path} has no request that limits are held against (${other} other lines${more})`
}
