import t from 'tap'
import { readAnswer } from '../src/exchange/answer.ts'
import { faultOfArrival } from '../src/site/canonical.ts'
import { readMessage } from '../src/site/message.ts'

const read = (text: string) => readMessage(Buffer.from(text, 'latin1'))
const HEAD = 'POST /a?b HTTP/1.1\r\nHost: x\r\n'

t.test('a whole request is taken apart, with a length or in chunks', async (t) => {
  const sized = read(`${HEAD}Content-Length: 5\r\n\r\nhelloGET`)
  t.match(sized, { kind: 'whole', length: HEAD.length + 26, message: { method: 'POST', target: '/a?b' } })
  if (sized.kind === 'whole') t.equal(String(sized.message.body), 'hello')
  const chunked = read(`${HEAD}Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n`)
  if (chunked.kind === 'whole') t.equal(String(chunked.message.body), 'hello')
  t.equal(chunked.kind, 'whole')
})

t.test('what is not whole yet waits for more', async (t) => {
  for (const text of [
    '',
    'POST',
    HEAD,
    `${HEAD}Content-Length: 5\r\n\r\nhell`,
    `${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\nhel`,
  ])
    t.equal(read(text).kind, 'more', JSON.stringify(text))
})

t.test('nothing is forgiven to what arrives at a service', async (t) => {
  const faults = [
    'POST  /a HTTP/1.1\r\nHost: x\r\n\r\n',
    'post /a HTTP/1.1\r\nHost: x\r\n\r\n',
    'POST /a HTTP/1.0\r\nHost: x\r\n\r\n',
    'POST /a HTTP/1.1\r\n\r\n',
    'POST /a HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n',
    `${HEAD}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n`,
    `${HEAD}Content-Length: 05\r\n\r\nhello`,
    `${HEAD}Content-Length: +5\r\n\r\nhello`,
    `${HEAD}Transfer-Encoding: gzip, chunked\r\n\r\n`,
    `${HEAD}Transfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\n\r\n`,
    `${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\nhelloX\r\n0\r\n\r\n`,
    `${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-A: b\r\n\r\n`,
    `${HEAD}X-A : b\r\n\r\n`,
    `${HEAD}X-A: b\r\n c\r\n\r\n`,
    `${HEAD}X-A: b\x00\r\n\r\n`,
    `${HEAD}X-A: b\nX-C: d\r\n\r\n`,
  ]
  for (const text of faults) t.equal(read(text).kind, 'fault', JSON.stringify(text))
})

t.test('only canonical targets are taken for such', async (t) => {
  for (const target of ['/', '/a', '/a/..b', '/a?b=../;c', '/a%20b', '/caf%C3%A9'])
    t.equal(faultOfArrival(target, false), null, target)
  for (const target of [
    '',
    'a',
    '/a//b',
    '/a/',
    '/a/..',
    '/./a',
    '/a;b',
    '/a%2eb',
    '/a%2Fb',
    '/a%25',
    '/a%41',
    '/a%ff',
    '/a#b',
    '/a\\b',
    '/a?\xe9',
  ])
    t.type(faultOfArrival(target, false), 'string', target)
  t.equal(faultOfArrival('/a%2Fb', true), null)
})

t.test('an answer that could be framed in two ways is a fault', async (t) => {
  const answer = (head: string, rest = '') =>
    readAnswer(Buffer.from(`HTTP/1.1 ${head}\r\n\r\n${rest}`), false, false).kind
  t.equal(answer('200 OK\r\nContent-Length: 2', 'ab'), 'whole')
  t.equal(answer('204 No Content'), 'whole')
  t.equal(answer('200 OK\r\nContent-Length: 2', 'a'), 'more')
  t.equal(answer('200 OK', 'ab'), 'fault')
  t.equal(answer('200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked', 'ab'), 'fault')
  t.equal(answer('200 OK\r\nContent-Length: 2\r\nContent-Length: 2', 'ab'), 'fault')
  t.equal(readAnswer(Buffer.from('HTP 200\r\n\r\n'), false, false).kind, 'fault')
})
