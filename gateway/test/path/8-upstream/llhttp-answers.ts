import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** An answer of the public llhttp test suite, and what a strict parser makes of it. */
export interface AnswerVector {
  readonly name: string
  readonly bytes: Buffer
  /** False for those that are read in some lenient way. */
  readonly strict: boolean
  /** The status of the first whole message; null where a fault comes before its end, or neither. */
  readonly status: number | null
  /** Whether a fault comes before the end of the first message. */
  readonly faulty: boolean
  /** Where the suite tells it in plain text; else null. */
  readonly body: string | null
}

const CASE =
  /^#+ ([^\n]+)\n[\s\S]*?<!-- meta=(\{.*?\}) -->\s*```http\n([\s\S]*?)```\s*```log\n([\s\S]*?)```/gm

/** Every answer in a folder of Markdown files of llhttp. */
export function answerVectors(folder: string): AnswerVector[] {
  return readdirSync(folder)
    .sort()
    .flatMap((file) => {
      const text = readFileSync(join(folder, file), 'utf8')
      // A heading belongs to the case next to it only, so each case is looked at from its last heading on.
      return text
        .split(/^(?=#+ )/m)
        .flatMap((section) => [...section.matchAll(CASE)])
        .map(([, title = '', meta = '', message = '', log = '']) =>
          vectorOf(`${file}: ${title}`, meta, message, log),
        )
    })
}

function vectorOf(name: string, meta: string, message: string, log: string): AnswerVector {
  const { type, skipBody } = JSON.parse(meta) as { type: string; skipBody?: boolean }
  const fault = positionOf(log, /error code=(?!2[1-9])/)
  const complete = positionOf(log, /message complete/)
  const first = log.slice(0, Math.min(fault, complete))
  const status = /headers complete status=(\d+)/.exec(first)?.[1]
  return {
    name,
    bytes: Buffer.from(unescaped(message), 'latin1'),
    strict: type === 'response' && !skipBody,
    status: complete < fault && status !== undefined ? Number(status) : null,
    faulty: fault < complete,
    body: bodyIn(first),
  }
}

function bodyIn(log: string): string | null {
  const parts = [...log.matchAll(/span\[body\]=(.*)/g)].map(([, part = '']) => part)
  return parts.every((part) => /^"[^\\]*"$/.test(part))
    ? parts.map((part) => part.slice(1, -1)).join('')
    : null
}

function positionOf(log: string, sign: RegExp): number {
  const at = log.search(sign)
  return at === -1 ? Number.POSITIVE_INFINITY : at
}

/** As the suite writes messages: lines end in CR LF unless they say otherwise. */
function unescaped(message: string): string {
  return message
    .replace(/\n$/, '')
    .replace(/\\\n/g, '')
    .replaceAll('\n', '\r\n')
    .replaceAll('\\r', '\r')
    .replaceAll('\\n', '\n')
    .replaceAll('\\t', '\t')
    .replaceAll('\\f', '\f')
    .replace(/\\x([0-9a-fA-F]{2})/g, (_escape, code: string) =>
      String.fromCharCode(Number.parseInt(code, 16)),
    )
}
