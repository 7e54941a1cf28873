import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** One case of the public request vectors of llhttp. */
export interface ParserVector {
  readonly name: string
  /** The message as bytes, one character each. */
  readonly bytes: string
  /** Messages that are whole by the log of the parser. */
  readonly whole: number
  /** Whether the parser has to give up at some point. */
  readonly broken: boolean
  /** Whether that log was made with some strictness switched off. */
  readonly lenient: boolean
}

const CASE = /^#+ (.+)\n[^#]*?<!-- meta=(\{.*?\}) -->\s*```http\n([\s\S]*?)```[^`]*?```log\n([\s\S]*?)```/gm
/** The parser was told to pause, or has met another protocol: no fault of the message. */
const PAUSED = /error code=(?:2[0-4]) /

/** Reads all of them from the folder of the Markdown files. */
export function readParserVectors(folder: string): ParserVector[] {
  const vectors: ParserVector[] = []
  for (const file of readdirSync(folder).sort()) {
    const text = readFileSync(join(folder, file), 'utf8')
    for (const [, title = '', meta = '{}', http = '', log = ''] of text.matchAll(CASE)) {
      const { type } = JSON.parse(meta) as { type: string }
      vectors.push({
        name: `${file}: ${title}`,
        bytes: bytesOf(http),
        whole: log.split('message complete').length - 1,
        broken: /error code=/.test(log) && !PAUSED.test(log),
        lenient: type.includes('lenient'),
      })
    }
  }
  return vectors
}

/** The same with a Host, where it has none: most of them were written for a parser, which asks for none. */
export function withHost(bytes: string): string {
  if (/^host:/im.test(bytes)) return bytes
  return bytes.replace(/^([A-Z-]+ [^ \r\n]+ HTTP\/1\.[01]\r\n)/gm, '$1Host: x\r\n')
}

/** How the files write bytes: a line end is CRLF unless escaped, `\x00` any byte. */
function bytesOf(text: string): string {
  return text
    .replace(/\n$/, '')
    .replace(/\\(?:\r\n|\r|\n)/g, '')
    .replace(/\r\n|\r|\n/g, '\r\n')
    .replaceAll('\\r', '\r')
    .replaceAll('\\n', '\n')
    .replaceAll('\\t', '\t')
    .replaceAll('\\f', '\f')
    .replace(/\\x([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}
