import { readChunks } from '../site/message.ts'

/** An answer as a client reads it. */
export interface Answer {
  readonly status: number
  /** Names in small letters. */
  readonly headers: readonly (readonly [string, string])[]
  readonly body: Buffer
  /** The gateway said that the connection ends here. */
  readonly closes: boolean
}

export type ReadAnswer =
  | { readonly kind: 'more' }
  | { readonly kind: 'fault'; readonly fault: string }
  | { readonly kind: 'whole'; readonly answer: Answer; readonly length: number }

const STATUS = /^HTTP\/1\.1 ([1-5]\d\d) ([\x20-\x7e]*)$/
const FIELD = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+): ?([\x20-\x7e\x80-\xff\t]*)$/

/** Reads the first answer in `bytes`; `ended` says that nothing follows. */
export function readAnswer(bytes: Buffer, head: boolean, ended: boolean): ReadAnswer {
  const end = bytes.indexOf('\r\n\r\n')
  if (end === -1)
    return bytes.length > 64 * 1024 ? fault('the head of an answer does not end') : { kind: 'more' }
  const [first = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n')
  const status = Number(STATUS.exec(first)?.[1] ?? 0)
  if (status === 0) return fault(`no status line: ${JSON.stringify(first.slice(0, 200))}`)
  const headers: [string, string][] = []
  for (const line of lines) {
    const [, name, value] = FIELD.exec(line) ?? []
    if (name === undefined || value === undefined) return fault(`no header field: ${JSON.stringify(line)}`)
    headers.push([name.toLowerCase(), value])
  }
  const all = (name: string) => headers.filter(([one]) => one === name).map(([, value]) => value)
  const closes = all('connection').some((value) => /(?:^|,)\s*close\s*(?:,|$)/i.test(value))
  const start = end + 4
  const whole = (body: Buffer, length: number): ReadAnswer => ({
    kind: 'whole',
    answer: { status, headers, body, closes },
    length,
  })
  if (status < 200 || status === 204 || status === 304 || head) return whole(Buffer.alloc(0), start)
  const [lengths, codings] = [all('content-length'), all('transfer-encoding')]
  if (lengths.length + codings.length > 1) return fault('an answer tells its length more than once')
  if (codings.length === 1) {
    if (codings[0] !== 'chunked') return fault(`an answer in the coding ${codings[0]}`)
    const chunks = readChunks(bytes, start)
    if (chunks === 'more') return { kind: 'more' }
    return typeof chunks === 'string' ? fault(chunks) : whole(chunks.body, chunks.end)
  }
  if (lengths.length === 0) {
    if (!closes) return fault('an answer does not tell its length')
    return ended ? whole(bytes.subarray(start), bytes.length) : { kind: 'more' }
  }
  const stop = start + Number(lengths[0])
  return bytes.length < stop ? { kind: 'more' } : whole(bytes.subarray(start, stop), stop)
}

export const headerOf = ({ headers }: Answer, name: string): string | undefined =>
  headers.find(([one]) => one === name)?.[1]

const fault = (text: string): ReadAnswer => ({ kind: 'fault', fault: text })
