import type { Socket } from 'node:net'
import t from 'tap'
import type { Deed } from './hostile-upstream.ts'
import { setStage, type Test } from './stage.ts'

const OK = 'HTTP/1.1 200 OK\r\n'
const CHUNKED = `${OK}Transfer-Encoding: chunked\r\n\r\n`
const thenEnd = (bytes: string) => (socket: Socket) => socket.end(bytes)
/** What was sent has to be on its way before the end comes, or there is nothing to cut. */
const thenLater = (bytes: string, end: (socket: Socket) => void) => (socket: Socket) => {
  socket.write(bytes)
  setTimeout(() => end(socket), 30)
}
const reset = (socket: Socket) => socket.resetAndDestroy()
const close = (socket: Socket) => socket.end()

t.test('a client can tell that the body of an answer was cut', async (t) => {
  const deeds: Record<string, Deed> = {
    'a length, closed': thenEnd(`${OK}Content-Length: 10\r\n\r\nabcde`),
    'a length, closed later': thenLater(`${OK}Content-Length: 10\r\n\r\nabcde`, close),
    'a length, reset': thenLater(`${OK}Content-Length: 10\r\n\r\nabcde`, reset),
    'chunks, closed after one': thenEnd(`${CHUNKED}5\r\nabcde\r\n`),
    'chunks, closed within one': thenEnd(`${CHUNKED}9\r\nabcde`),
    'chunks, closed before the last line': thenEnd(`${CHUNKED}5\r\nabcde\r\n0\r\n`),
    'chunks, reset': thenLater(`${CHUNKED}5\r\nabcde\r\n`, reset),
    'no length, reset': thenLater(`${OK}X-A: b\r\n\r\nabcde`, reset),
  }
  const stage = await setStage(t, deeds)
  for (const deed in deeds) {
    const { status, text, cut, line } = await stage.perform(t as Test, deed)
    t.same([status, text, cut], [200, 'abcde', true], deed)
    t.equal(line.error, 'GW_UPSTREAM_CUT', deed)
  }
  stage.balance(t as Test)
})

t.test('an answer that ends before the first byte of its body is a whole 502', async (t) => {
  const deeds: Record<string, Deed> = {
    'within the headers': thenEnd(`${OK}Content-Len`),
    'after the headers, with a length': thenEnd(`${OK}ETag: "a"\r\nContent-Length: 10\r\n\r\n`),
    'after the headers, with chunks': thenEnd(`${OK.trim()}\r\nTransfer-Encoding: chunked\r\n\r\n`),
    'without a byte': close,
    'by a reset': reset,
  }
  const stage = await setStage(t, deeds)
  for (const deed in deeds) {
    const { status, headers, line } = await stage.perform(t as Test, deed)
    t.equal(status, 502, deed)
    t.equal(headers.etag, undefined, deed)
    t.match(String(line.error), /^GW_UPSTREAM_(?:RESET|CUT)$/, deed)
  }
  stage.balance(t as Test)
})

t.test('a body without a length is whole where the service closes in order', async (t) => {
  const deeds: Record<string, Deed> = {
    'at once': thenEnd(`${OK}X-A: b\r\n\r\nabcde`),
    later: thenLater(`${OK}X-A: b\r\n\r\nabcde`, close),
  }
  const stage = await setStage(t, deeds)
  for (const deed in deeds) {
    const { status, text, cut, line } = await stage.perform(t as Test, deed)
    t.same([status, text, cut, line.error], [200, 'abcde', false, null], deed)
  }
})

t.test('a body that comes late arrives', async (t) => {
  const late = (socket: Socket) => {
    socket.write(`${OK}Content-Length: 2\r\n\r\n`)
    setTimeout(() => socket.write('ab'), 30)
  }
  const stage = await setStage(t, { late })
  const { status, text } = await stage.perform(t as Test, 'late')
  t.same([status, text], [200, 'ab'])
})
