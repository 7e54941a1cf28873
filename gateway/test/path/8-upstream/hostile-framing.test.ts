import type { Socket } from 'node:net'
import t from 'tap'
import { until } from '../../kit/until.ts'
import { clientOf, type Deed } from './hostile-upstream.ts'
import { setStage, type Test } from './stage.ts'

const OK = 'HTTP/1.1 200 OK\r\n'
const CHUNKED = `${OK}Transfer-Encoding: chunked\r\n\r\n`
const CHUNKS = '2\r\nab\r\n0\r\n\r\n'
const REST = 'Content-Length: 2\r\n\r\nab'
const OK_AB = `${OK}${REST}`
const SMUGGLED = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhacked'

/** None of these is an answer two readers would agree on. */
const twoWays: Record<string, Deed> = {
  'two lengths': `${OK}Content-Length: 2\r\nContent-Length: 3\r\n\r\nabc`,
  'the same length twice': `${OK}Content-Length: 2\r\nContent-Length: 2\r\n\r\nab`,
  'a list of lengths': `${OK}Content-Length: 2, 2\r\n\r\nab`,
  'a length and chunks': `${OK}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n${CHUNKS}`,
  'chunks and a length': `${OK}Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n${CHUNKS}`,
  'a signed length': `${OK}Content-Length: +2\r\n\r\nab`,
  'a negative length': `${OK}Content-Length: -2\r\n\r\nab`,
  'a hexadecimal length': `${OK}Content-Length: 0x2\r\n\r\nab`,
  'a space before the colon': `${OK}Content-Length : 2\r\n\r\nab`,
  'a length beyond all numbers': `${OK}Content-Length: 99999999999999999999999\r\n\r\nab`,
  'an empty length': `${OK}Content-Length:\r\n\r\nab`,
  'a coding besides chunked': `${OK}Transfer-Encoding: gzip, chunked\r\n\r\n${CHUNKS}`,
  'chunked twice': `${OK}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n${CHUNKS}`,
  'chunked before identity': `${OK}Transfer-Encoding: chunked, identity\r\n\r\n${CHUNKS}`,
  'identity and a length': `${OK}Transfer-Encoding: identity\r\nContent-Length: 2\r\n\r\nab`,
  'a folded header': `${OK}X-A: a\r\n b\r\n${REST}`,
  'a header folded with a tab': `${OK}X-A: a\r\n\tb\r\n${REST}`,
  'bare line feeds': 'HTTP/1.1 200 OK\nContent-Length: 2\n\nab',
  'a bare line feed in a header': `${OK}X-A: a\nX-B: b\r\n${REST}`,
  'a bare carriage return in a header': `${OK}X-A: a\rX-B: b\r\n${REST}`,
  'a NUL in a header': `${OK}X-A: a\0b\r\n${REST}`,
  'a control byte in a header': `${OK}X-A: a\x01b\r\n${REST}`,
  'a DEL in a header': `${OK}X-A: a\x7fb\r\n${REST}`,
  'a space in a name': `${OK}X A: a\r\n${REST}`,
  'an 8-bit byte in a name': `${OK}X\xe9A: a\r\n${REST}`,
  'an empty name': `${OK}: a\r\n${REST}`,
  'a header without a colon': `${OK}abc\r\n${REST}`,
  'status 0': `HTTP/1.1 0 X\r\n${REST}`,
  'status 000': `HTTP/1.1 000 X\r\n${REST}`,
  'status 99': `HTTP/1.1 99 X\r\n${REST}`,
  'status 099': `HTTP/1.1 099 X\r\n${REST}`,
  'status 600': `HTTP/1.1 600 X\r\n${REST}`,
  'status 999': `HTTP/1.1 999 X\r\n${REST}`,
  'status 1000': `HTTP/1.1 1000 X\r\n${REST}`,
  'status abc': `HTTP/1.1 abc X\r\n${REST}`,
  'HTTP/0.9': 'hello world\r\n',
  'HTTP/0.9 and the end': (socket) => socket.end('<html>hello</html>'),
  'HTTP/1.2': `HTTP/1.2 200 OK\r\n${REST}`,
  'a frame of HTTP/2': Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]),
  'an alert of TLS': Buffer.from([0x15, 3, 3, 0, 2, 2, 40]),
  'another protocol': 'SSH-2.0-OpenSSH\r\n',
  '101 without being asked': `HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n${SMUGGLED}`,
  '101 without a protocol': `HTTP/1.1 101 Switching Protocols\r\n\r\n${SMUGGLED}`,
  '205 with a body': `HTTP/1.1 205 Reset Content\r\n${REST}`,
  '100 without being asked': `HTTP/1.1 100 Continue\r\n\r\n${OK_AB}`,
}
const badChunks: Record<string, Deed> = {
  'a size that is no number': `${CHUNKED}zz\r\n`,
  'a negative size': `${CHUNKED}-2\r\nab\r\n0\r\n\r\n`,
  'a size with 0x': `${CHUNKED}0x2\r\nab\r\n0\r\n\r\n`,
  'a size beyond all numbers': `${CHUNKED}ffffffffffffffffff\r\nab\r\n0\r\n\r\n`,
  'bare line feeds': `${CHUNKED}2\nab\n0\n\n`,
  'more bytes than its size': `${CHUNKED}2\r\nabXX0\r\n\r\n`,
}
/** What follows a whole answer belongs to nobody. */
const followed: Record<string, Deed> = {
  'a second answer': `${OK_AB}${SMUGGLED}`,
  junk: `${OK_AB}junk junk`,
  'empty lines': `${OK_AB}\r\n\r\n`,
}
const bodiless: Record<string, Deed> = {
  '204 with a length': `HTTP/1.1 204 No Content\r\nContent-Length: ${SMUGGLED.length}\r\n\r\n${SMUGGLED}`,
  '204 with chunks': `HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n${CHUNKS}`,
  '204 and a second answer': `HTTP/1.1 204 No Content\r\n\r\n${SMUGGLED}`,
  '304 with a body': `HTTP/1.1 304 Not Modified\r\nContent-Length: ${SMUGGLED.length}\r\n\r\n${SMUGGLED}`,
  '304 with chunks': `HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n${CHUNKS}`,
}
const odd: Record<string, Deed> = {
  'no status text': `HTTP/1.1 200\r\n${REST}`,
  '8-bit status text': `HTTP/1.1 200 \xff<script>\r\n${REST}`,
  'HTTP/1.0 and the end': (socket) => socket.end('HTTP/1.0 200 OK\r\n\r\nab'),
  'HTTP/2.0 in the first line': `HTTP/2.0 200 OK\r\n${REST}`,
  'chunks with extensions': `${CHUNKED}2;a=b\r\nab\r\n0\r\n\r\n`,
  'some interim answers': `${'HTTP/1.1 103 Early Hints\r\nLink: </canary>\r\n\r\n'.repeat(5)}${OK_AB}`,
  'an idle time of nothing': `${OK}Keep-Alive: timeout=0\r\n${REST}`,
  'an idle time of ages': `${OK}Keep-Alive: timeout=99999999999999\r\n${REST}`,
  'one byte at a time': (socket) => {
    socket.setNoDelay(true)
    let at = 0
    const next = () => at < OK_AB.length && socket.write(OK_AB[at++] as string, () => setImmediate(next))
    next()
  },
}

t.test('an answer that two readers could frame in two ways is a 502', async (t) => {
  const stage = await setStage(t, twoWays)
  for (const method of ['GET', 'HEAD'])
    for (const deed in twoWays) {
      const { status, line } = await stage.perform(t as Test, deed, { method })
      t.equal(status, 502, `${method}: ${deed}`)
      t.match(String(line.error), /^GW_UPSTREAM_(?:PROTOCOL|RESET)$/, `${method}: ${deed}`)
    }
  stage.balance(t as Test)
})

t.test('a wrong chunk is a 502 where it is the first, else the connection is cut', async (t) => {
  const stage = await setStage(t, badChunks)
  for (const deed in badChunks) {
    const { status, cut, text, line } = await stage.perform(t as Test, deed)
    if (cut) t.same([status, text], [200, 'ab'], deed)
    else t.equal(status, 502, deed)
    t.equal(line.error, 'GW_UPSTREAM_CUT', deed)
  }
  stage.balance(t as Test)
})

t.test('what follows a whole answer is never taken for the answer to the next request', async (t) => {
  const stage = await setStage(t, followed)
  for (let round = 0; round < 3; round++)
    for (const deed in followed) {
      const { status, text, cut } = await stage.perform(t as Test, deed)
      t.same([status, text, cut], [200, 'ab', false], deed)
    }
  stage.balance(t as Test)
})

t.test('a connection on which a service speaks unasked carries no further request', async (t) => {
  const late = (socket: Socket) => {
    socket.write(OK_AB)
    setTimeout(() => socket.write(SMUGGLED), 20)
  }
  const { gateway, upstream } = await setStage(t, { late })
  for (let round = 1; round <= 3; round++) {
    const client = clientOf(gateway)
    t.equal((await client.ask('/open?deed=late')).text, 'ab')
    await until(() => upstream.open() === 0, 'the connection to the service is retired')
    t.equal((await client.ask('/open?good=mine')).text, 'mine')
    client.close()
  }
})

t.test('an answer that can have no body has none, and its body is not the next answer', async (t) => {
  const stage = await setStage(t, bodiless)
  for (const method of ['GET', 'HEAD'])
    for (const deed in bodiless) {
      const { status, text, headers } = await stage.perform(t as Test, deed, { method })
      t.same([status, text], [Number(deed.slice(0, 3)), ''], `${method}: ${deed}`)
      if (status === 204) t.equal(headers['content-length'], undefined)
    }
  stage.balance(t as Test)
})

t.test('a body in the answer to a HEAD is not the next answer', async (t) => {
  const deeds = {
    body: `${OK}Content-Length: ${SMUGGLED.length}\r\n\r\n${SMUGGLED}`,
    chunks: `${CHUNKED}${CHUNKS}`,
  }
  const stage = await setStage(t, deeds)
  for (const deed in deeds) {
    const { status, text } = await stage.perform(t as Test, deed, { method: 'HEAD' })
    t.same([status, text], [200, ''], deed)
  }
  stage.balance(t as Test)
})

t.test('an odd answer that has one meaning arrives', async (t) => {
  const stage = await setStage(t, odd)
  for (const deed in odd) {
    const { status, text, headers } = await stage.perform(t as Test, deed)
    t.same([status, text], [200, 'ab'], deed)
    t.notMatch(JSON.stringify(headers), 'canary', deed)
  }
  stage.balance(t as Test)
})
