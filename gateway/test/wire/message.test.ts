import type { IncomingHttpHeaders } from 'node:http'
import t from 'tap'
import { hostRule } from '../../src/wire/hosts.ts'
import { isMediaType } from '../../src/wire/media-type.ts'
import { createMessageCheck, type Message } from '../../src/wire/message.ts'

const check = createMessageCheck({
  hosts: hostRule(['api.example']),
  headerCount: 10,
  headerBytes: 1_000,
  anyHostFor: ['/livez'],
  staysBehind: (name) => name === 'host' || name === 'x-user-id',
})

/** A message as Node would hand it over. */
function message(raw: readonly string[], rest: Partial<Message> = {}): Message {
  const headers: IncomingHttpHeaders = {}
  for (let at = 0; at < raw.length; at += 2) {
    const name = (raw[at] as string).toLowerCase()
    const before = headers[name]
    headers[name] = before === undefined ? raw[at + 1] : `${before}, ${raw[at + 1]}`
  }
  return { method: 'POST', url: '/', httpVersion: '1.1', headers, rawHeaders: raw, ...rest }
}
const withHost = (raw: readonly string[], rest?: Partial<Message>) =>
  message(['Host', 'api.example', ...raw], rest)

t.test('a host that is not served is told from one that is not valid', async (t) => {
  t.equal(check(message(['Host', 'evil.example'])), 'GW_UNKNOWN_HOST')
  t.equal(check(message(['Host', 'user@api.example'])), 'GW_HOST')
  t.equal(check(message([])), 'GW_HOST')
  t.equal(check(message(['Host', 'api.example', 'hOST', 'api.example'])), 'GW_HOST')
})

t.test('a probe may come with any valid host', async (t) => {
  for (const url of ['/livez', '/livez?verbose'])
    t.equal(check(message(['Host', '10.0.0.5:1'], { url })), null)
  t.equal(check(message(['Host', '10.0.0.5:1'], { url: '/livez/x' })), 'GW_UNKNOWN_HOST')
  t.equal(check(message(['Host', 'a_b'], { url: '/livez' })), 'GW_HOST')
})

t.test('HTTP/2 names its host in :authority, and a Host beside it has to be the same', async (t) => {
  const rest = { httpVersion: '2.0' }
  const pseudo = [':method', 'GET', ':authority', 'api.example', ':scheme', 'https', ':path', '/']
  const onward: string[] = []
  t.equal(check(message([...pseudo, 'a', 'b'], rest), onward), null)
  t.same(onward, ['a', 'b'], 'pseudo-headers are no headers')
  t.equal(check(message([...pseudo, 'host', 'api.example'], rest)), null)
  t.equal(check(message([...pseudo, 'host', 'other.example'], rest)), 'GW_HOST')
  t.equal(check(withHost([], rest)), 'GW_VERSION', 'a request line may say HTTP/2.0')
})

t.test('the crumbs of a cookie in HTTP/2 become one; in HTTP/1.1 there is one', async (t) => {
  const cookies = ['cookie', 'a=1', 'x', 'y', 'cookie', 'b=2', 'cookie', 'c=3']
  const onward: string[] = []
  const pseudo = [':method', 'GET', ':authority', 'api.example', ':scheme', 'https']
  t.equal(check(message([...pseudo, ...cookies], { httpVersion: '2.0' }), onward), null)
  t.same(onward, ['cookie', 'a=1; b=2; c=3', 'x', 'y'])
  t.equal(check(withHost(cookies)), 'GW_DUPLICATE_HEADER')
})

t.test('a field of which there is one stands once, in whatever case', async (t) => {
  for (const name of [
    'Authorization',
    'X-API-Key',
    'Content-Type',
    'Idempotency-Key',
    'Cookie',
    'DPoP',
    'Origin',
    'Range',
    'If-Modified-Since',
  ]) {
    const value = name === 'Content-Type' ? 'text/plain' : 'a'
    t.equal(check(withHost([name, value])), null, name)
    t.equal(check(withHost([name, value, name.toUpperCase(), value])), 'GW_DUPLICATE_HEADER')
  }
  t.equal(check(withHost(['Accept', 'a', 'accept', 'b', 'If-Match', '"a"', 'If-Match', '"b"'])), null)
})

t.test(
  'bytes that are not visible ASCII are refused where a field is read, and travel where not',
  async (t) => {
    for (const name of ['X-API-Key', 'Idempotency-Key', 'Origin', 'Range', 'DPoP'])
      for (const value of ['a\tb', 'caf\xe9', 'a\x80'])
        t.equal(check(withHost([name, value])), 'GW_FIELD', name)
    const onward: string[] = []
    t.equal(check(withHost(['User-Agent', 'caf\xe9\tx']), onward), null)
    t.same(onward, ['User-Agent', 'caf\xe9\tx'])
  },
)

t.test('Connection keeps back what it names, but nothing that has to travel or is ours to say', async (t) => {
  const onward: string[] = []
  const named = ['Connection', 'close, X-Mine ,, te', 'x-mine', '1', 'Harmless', '2']
  t.equal(check(withHost(named), onward), null)
  t.same(onward, ['Connection', 'close, X-Mine ,, te', 'Harmless', '2'])
  for (const names of [
    'authorization',
    'close, Cookie',
    'content-length',
    'Content-Type',
    'host',
    'x-user-id',
    'idempotency-key',
    'if-match',
    'a b',
    'a;b',
    '"close"',
    'x'.concat(',x'.repeat(30)),
  ])
    t.equal(check(withHost(['Connection', names])), 'GW_CONNECTION', names)
})

t.test('fields are counted, and their bytes', async (t) => {
  const fields = (count: number) => Array.from({ length: count }, (_, at) => [`a${at}`, 'b']).flat()
  t.equal(check(withHost(fields(9))), null)
  t.equal(check(withHost(fields(10))), 'GW_HEADERS_SIZE')
  const rest = 'Host: api.example\r\na: \r\n'.length
  t.equal(check(withHost(['a', 'b'.repeat(1_000 - rest)])), null)
  t.equal(check(withHost(['a', 'b'.repeat(1_001 - rest)])), 'GW_HEADERS_SIZE')
})

t.test('a body comes with one length, in HTTP/1.1, and not with GET or HEAD', async (t) => {
  const chunked = ['Transfer-Encoding', 'Chunked']
  t.equal(check(withHost(chunked)), null)
  t.equal(check(withHost([...chunked, 'Content-Length', '3'])), 'GW_TRANSFER_CODING')
  t.equal(check(withHost(['Transfer-Encoding', 'gzip, chunked'])), 'GW_TRANSFER_CODING')
  t.equal(check(withHost(chunked, { method: 'GET' })), 'GW_BODY_UNEXPECTED')
  t.equal(check(withHost(['Content-Length', '1'], { method: 'HEAD' })), 'GW_BODY_UNEXPECTED')
  t.equal(check(withHost(['Content-Length', '0'], { method: 'GET' })), null)
  t.equal(check(withHost(['Content-Length', '1'], { method: 'DELETE' })), null)
  t.equal(check(withHost(['Content-Length', '1'], { httpVersion: '1.0' })), 'GW_VERSION')
  t.equal(check(withHost([], { httpVersion: '1.0' })), null)
  t.equal(check(withHost([], { httpVersion: '0.9' })), 'GW_VERSION')
})

t.test('a media type says one thing to every reader, or is none', async (t) => {
  for (const type of [
    'application/json',
    'application/merge-patch+json',
    'application/json; charset=utf-8',
    'application/json;charset="UTF-8"',
    'text/plain; charset=iso-8859-1',
    'multipart/form-data; boundary=----WebKitFormBoundary7MA4YWxkTrZu0gW',
    'multipart/mixed; boundary="a b=c"',
    'application/x-www-form-urlencoded',
    'application/vnd.api+json;profile="x"',
  ])
    t.ok(isMediaType(type), type)
  for (const type of [
    '',
    'json',
    'application/',
    '/json',
    'application/json\t; charset=utf-8',
    'application/json;\tcharset=utf-8',
    'application/json ,text/plain',
    'application/json, application/json',
    'application/json; charset',
    'application/json; charset=utf-16',
    'application/json; charset=utf-7',
    'application/problem+json; charset="utf-16"',
    'application/json; charset=utf-8; charset=utf-7',
    'text/plain; charset=a; Charset=b',
    'application/json;; charset=utf-8',
    'application/json; a="b\\"c"',
    ' application/json',
    'application /json',
    'application/json\xa0',
    `application/${'x'.repeat(2_000)}`,
  ])
    t.notOk(isMediaType(type), JSON.stringify(type).slice(0, 60))
  t.equal(check(withHost(['Content-Type', 'application/json\t'])), 'GW_MEDIA_TYPE')
})
