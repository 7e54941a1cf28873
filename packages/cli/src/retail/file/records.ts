import { parse } from 'csv-parse/sync'
import { decodeField } from './decode-field.ts'
import { lineBlocks, type PhysicalLine } from './line-blocks.ts'
import { UnusableFileError } from './unusable-file.ts'

/** Lines are already split, so nothing but a line feed may end a record; columns are counted afterwards. */
const FORMAT = { relax_column_count: true, record_delimiter: '\n' }

/** One line of a CSV file, its fields in the order of the columns asked for; undefined when it is malformed. */
export interface CsvRecord {
  readonly line: number
  readonly fields: readonly string[] | undefined
}

/**
 * The lines of a CSV file with a header, one record per physical line: a broken quote then costs its own line and
 * not the rest of the file. Columns are found by name; other columns are passed over.
 * Throws an UnusableFileError when the file cannot be read or lacks a column.
 */
export async function* csvRecords(path: string, columns: readonly string[]): AsyncGenerator<CsvRecord> {
  let header: Header | undefined
  for await (const block of lineBlocks(path)) {
    header ??= readHeader(path, block.shift(), columns)
    for (const { line, fields } of parseBlock(block)) {
      const whole = fields?.length === header.width ? fields : undefined
      yield { line, fields: whole && header.places.map((place) => decodeField(whole[place] ?? '').trim()) }
    }
  }
  if (!header) throw new UnusableFileError(`${path} is empty`)
}

/** Rejects with an UnusableFileError unless this is a readable CSV file whose header names the columns. */
export async function mustHaveColumns(path: string, columns: readonly string[]): Promise<void> {
  const records = csvRecords(path, columns)
  await records.next()
  await records.return(undefined)
}

interface Header {
  readonly width: number
  readonly places: readonly number[]
}

function readHeader(path: string, first: PhysicalLine | undefined, columns: readonly string[]): Header {
  const names = parseLine(first?.text?.replace(/^\u00ef\u00bb\u00bf/, ''))?.map((name) =>
    name.trim().toLowerCase(),
  )
  const places = columns.map((column) => names?.indexOf(column.toLowerCase()) ?? -1)
  const missing = columns.filter((_, index) => places[index] === -1)
  if (!names || missing.length > 0)
    throw new UnusableFileError(
      `${path} is not of the expected format: its first line must name the columns ${columns.join(',')}` +
        ` (missing: ${missing.join(', ')})`,
    )
  return { width: names.length, places }
}

type Parsed = { line: number; fields: string[] | undefined }

/** Whole blocks are parsed at once, which is fast; only a block with a fault in it is parsed line by line. */
function parseBlock(block: readonly PhysicalLine[]): Parsed[] {
  const together = parseLines(block)
  return block.map(({ number, text }, index) => ({
    line: number,
    fields: together ? together[index] : parseLine(text),
  }))
}

function parseLines(block: readonly PhysicalLine[]): string[][] | undefined {
  if (block.some(({ text }) => text === undefined)) return undefined
  try {
    const records = parse(block.map(({ text }) => text).join('\n'), FORMAT)
    return records.length === block.length ? records : undefined
  } catch {
    return undefined
  }
}

function parseLine(text: string | undefined): string[] | undefined {
  if (text === undefined) return undefined
  try {
    const records = parse(text, FORMAT)
    return records.length === 1 ? records[0] : undefined
  } catch {
    return undefined
  }
}
