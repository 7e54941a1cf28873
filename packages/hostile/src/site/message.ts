/** A request as it came over the wire, taken apart by the letter of RFC 9112 and nothing more. */
export interface Message {
  readonly method: string
  readonly target: string
  /** Names and values as they came. */
  readonly headers: readonly (readonly [string, string])[]
  readonly head: string
  readonly body: Buffer
}

export type Read =
  | { readonly kind: 'more'; readonly head?: Omit<Message, 'body'> }
  | { readonly kind: 'fault'; readonly fault: string }
  | { readonly kind: 'whole'; readonly message: Message; readonly length: number }

const LINE = /^([A-Z]+) ([\x21-\x7e]+) HTTP\/1\.1$/
const FIELD =
  /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ ]?([\x21-\x7e\x80-\xff](?:[\x20-\x7e\x80-\xff\t]*[\x21-\x7e\x80-\xff])?)?$/
const MOST_HEAD = 64 * 1024

/** Reads one request from the beginning of `bytes`. Nothing is forgiven: whoever sends this is our own gateway. */
export function readMessage(bytes: Buffer): Read {
  const end = bytes.indexOf('\r\n\r\n')
  if (end === -1) return bytes.length > MOST_HEAD ? fault('the head does not end') : { kind: 'more' }
  const text = bytes.toString('latin1', 0, end)
  const [first = '', ...lines] = text.split('\r\n')
  const [, method, target] = LINE.exec(first) ?? []
  if (method === undefined || target === undefined) return fault(`no request line: ${JSON.stringify(first)}`)
  const headers: [string, string][] = []
  for (const line of lines) {
    const [, name, value = ''] = FIELD.exec(line) ?? []
    if (name === undefined) return fault(`no header field: ${JSON.stringify(line)}`)
    headers.push([name, value])
  }
  const all = (name: string) =>
    headers.filter(([one]) => one.toLowerCase() === name).map(([, value]) => value)
  if (all('host').length !== 1) return fault(`${all('host').length} Host fields`)
  const [lengths, codings] = [all('content-length'), all('transfer-encoding')]
  if (lengths.length + codings.length > 1) return fault('the length of the body is told more than once')
  const head = { method, target, headers, head: text }
  const start = end + 4
  const [length] = lengths
  const [coding] = codings
  if (length !== undefined) {
    if (!/^(?:0|[1-9]\d{0,14})$/.test(length)) return fault(`no length: ${length}`)
    const whole = start + Number(length)
    if (bytes.length < whole) return { kind: 'more', head }
    return { kind: 'whole', message: { ...head, body: bytes.subarray(start, whole) }, length: whole }
  }
  if (coding === undefined)
    return { kind: 'whole', message: { ...head, body: Buffer.alloc(0) }, length: start }
  if (coding !== 'chunked') return fault(`no transfer coding: ${coding}`)
  const chunks = readChunks(bytes, start)
  if (chunks === 'more') return { kind: 'more', head }
  if (typeof chunks === 'string') return fault(chunks)
  return { kind: 'whole', message: { ...head, body: chunks.body }, length: chunks.end }
}

/** The body in chunks from a place on; a text says what is wrong with it, or that there is more to come. */
export function readChunks(bytes: Buffer, from: number): { body: Buffer; end: number } | string {
  const parts: Buffer[] = []
  let at = from
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n', at)
    if (lineEnd === -1) return bytes.length - at > 20 ? 'a chunk size does not end' : 'more'
    const size = bytes.toString('latin1', at, lineEnd)
    if (!/^(?:0|[1-9a-f][0-9a-f]{0,9})$/i.test(size)) return `no chunk size: ${JSON.stringify(size)}`
    const start = lineEnd + 2
    const stop = start + Number.parseInt(size, 16)
    if (bytes.length < stop + 2) return 'more'
    if (bytes[stop] !== 0x0d || bytes[stop + 1] !== 0x0a)
      return size === '0' ? 'trailers behind the last chunk' : 'a chunk does not end where it says'
    if (size === '0') return { body: Buffer.concat(parts), end: stop + 2 }
    parts.push(bytes.subarray(start, stop))
    at = stop + 2
  }
}

const fault = (text: string): Read => ({ kind: 'fault', fault: text })
