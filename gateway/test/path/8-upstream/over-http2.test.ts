import type { Socket } from 'node:net'
import type { TestScope } from '@stockgate/test-kit'
import t from 'tap'
import { createAuthority } from '../../kit/authority.ts'
import { startGateway } from '../../kit/gateway.ts'
import { http2Client } from '../../kit/http2.ts'
import { type Deed, hostileUpstream } from './hostile-upstream.ts'
import { seemsClean, type Test } from './stage.ts'

const OK = 'HTTP/1.1 200 OK\r\n'
const CHUNKED = `${OK}Transfer-Encoding: chunked\r\n\r\n`
const REST = 'Content-Length: 2\r\n\r\nab'

/** A client of HTTP/2 that keeps one connection, and a hostile service behind the gateway. */
async function overHttp2(t: TestScope, deeds: Record<string, Deed>) {
  const authority = createAuthority(t)
  const { certFile, keyFile } = authority.leaf(['localhost'], { days: 90 })
  const upstream = await hostileUpstream(t, deeds)
  const gateway = await startGateway(t, {
    upstream: upstream.url,
    env: { UPSTREAM_CONNECTIONS: '1', BODY_LIMIT: '20000000' },
    tls: { certs: [certFile], keys: [keyFile] },
  })
  const { call } = await http2Client(t, gateway, authority)
  return { call, gateway, upstream }
}

t.test('over HTTP/2 a body cut by its service is a stream reset, and the connection goes on', async (t) => {
  const deeds: Record<string, Deed> = {
    'a length': (socket) => socket.end(`${OK}Content-Length: 10\r\n\r\nabcde`),
    chunks: (socket) => socket.end(`${CHUNKED}5\r\nabcde\r\n`),
    'a wrong chunk': `${CHUNKED}5\r\nabcde\r\nzz\r\n`,
    'no length, reset': (socket: Socket) => {
      socket.write(`${OK}X-A: b\r\n\r\nabcde`)
      setTimeout(() => socket.resetAndDestroy(), 30)
    },
  }
  const { call, gateway } = await overHttp2(t, deeds)
  let lines = 0
  for (const deed in deeds) {
    const answer = await call(`/open?deed=${encodeURIComponent(deed)}`)
    t.same([answer.status, answer.text], [200, 'abcde'], deed)
    t.not(answer.code, 0, `${deed}: the client can tell`)
    t.match(await gateway.line(++lines), { error: 'GW_UPSTREAM_CUT' }, deed)
    t.same((await call('/open?good=mine')).text, 'mine', `${deed}: the next stream`)
    await gateway.line(++lines)
  }
})

t.test('over HTTP/2 an answer that could be read in two ways is a clean 502', async (t) => {
  const deeds: Record<string, Deed> = {
    'two lengths': `${OK}Content-Length: 2\r\nContent-Length: 3\r\n\r\nabc`,
    'a coding besides chunked': `${OK}Transfer-Encoding: gzip, chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n`,
    'status 99': `HTTP/1.1 099 X\r\n${REST}`,
    '101': 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n',
    'a storm': 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(1_000),
    'a flood': `${OK}${'a: b\r\n'.repeat(10_000)}${REST}`,
    'the end': (socket) => socket.end(),
  }
  const { call, gateway, upstream } = await overHttp2(t, deeds)
  let asked = 0
  for (const deed in deeds) {
    const answer = await call(`/open?deed=${encodeURIComponent(deed)}`)
    t.same([answer.status, answer.code], [502, 0], deed)
    seemsClean(t as Test, deed, 'GET', { ...answer, cut: false })
    t.same((await call('/open?good=mine')).text, 'mine', `${deed}: the next stream`)
    asked += 2
  }
  await gateway.line(asked)
  t.equal(gateway.log.filter(({ upstream }) => upstream !== null).length, upstream.seen.length)
})

t.test('over HTTP/2 whatever headers a service sends make no fault of ours', async (t) => {
  const hop =
    'Connection: X-Secret, close\r\nKeep-Alive: x\r\nProxy-Connection: x\r\nUpgrade: h2c\r\nTE: trailers\r\n'
  const odd = `${hop}X-Secret: canary\r\nTrailer: X\r\nHTTP2-Settings: x\r\n__proto__: x\r\nConstructor: x\r\nX-A: \xe9\r\n`
  const deeds: Record<string, Deed> = {
    '200': `${OK}${odd}${REST}`,
    '204': `HTTP/1.1 204 No Content\r\n${odd}Content-Length: 5\r\n\r\n`,
    '205': `HTTP/1.1 205 Reset Content\r\n${odd}Content-Length: 0\r\n\r\n`,
    '304': `HTTP/1.1 304 Not Modified\r\n${odd}Content-Length: 500\r\n\r\n`,
    '302': `HTTP/1.1 302 Found\r\n${odd}Location: /x\r\nContent-Length: 0\r\n\r\n`,
    '500': `HTTP/1.1 500 X\r\n${odd}${REST}`,
  }
  const { call, gateway } = await overHttp2(t, deeds)
  for (const method of ['GET', 'HEAD'])
    for (const deed in deeds) {
      const answer = await call(`/open?deed=${deed}`, { method })
      t.same([answer.status, answer.code], [Number(deed), 0], `${method} ${deed}`)
      t.notMatch(JSON.stringify(answer.headers), 'canary')
      t.notOk(['connection', 'keep-alive', 'upgrade', 'te', 'trailer'].some((name) => name in answer.headers))
    }
  t.notOk(gateway.log.some(({ error }) => error !== null))
})

t.test('over HTTP/2 a whole answer before the end of a large body arrives', async (t) => {
  const early = (socket: Socket) => {
    const text = 'HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno'
    socket.pause().write(text, () => socket.resetAndDestroy())
  }
  const { call, gateway } = await overHttp2(t, { early })
  for (let round = 1; round <= 3; round++) {
    const answer = await call('/open?deed=early', { method: 'POST', body: Buffer.alloc(4_000_000) })
    t.same([answer.status, answer.text], [413, 'no'])
    t.match(await gateway.line(2 * round - 1), { status: 413, error: null })
    t.equal((await call('/open?good=mine')).text, 'mine')
    await gateway.line(2 * round)
  }
})
