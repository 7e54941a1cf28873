import { recordingUpstream, type TestScope } from '@stockgate/test-kit'
import t, { type Test } from 'tap'
import { createAuthority } from '../../kit/authority.ts'
import { startGateway, until } from '../../kit/gateway.ts'
import { http2Client } from '../../kit/http2.ts'
import { END_HEADERS, END_STREAM, FRAME, fields, frame, frameClient, get } from '../../kit/http2-frames.ts'

async function flooded(t: TestScope & Pick<Test, 'equal'>) {
  const authority = createAuthority(t)
  const { certFile, keyFile } = authority.leaf(['localhost'], { days: 90 })
  // A service that never answers: what a client gives up was under way.
  const upstream = await recordingUpstream(t, () => {})
  const gateway = await startGateway(t, {
    upstream: upstream.url,
    tls: { certs: [certFile], keys: [keyFile] },
    env: { ADDRESS_LIMIT: '0', REQUESTS_PER_CONNECTION: '100000' },
  })
  const good = await http2Client(t, gateway, authority)
  const flood = await frameClient(t, gateway.port, authority)
  const served = async () => t.equal((await good.call('/livez')).status, 200, 'others are served')
  return { gateway, authority, upstream, served, ...flood }
}

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

t.test('requests begun only to be reset are bounded: the connection ends after its burst', async (t) => {
  const { send, closed, served, gateway } = await flooded(t)
  const open = get('/open')
  for (let stream = 1; stream < 10_000; stream += 2)
    send(
      frame(FRAME.headers, END_STREAM | END_HEADERS, stream, open),
      frame(FRAME.reset, 0, stream, uint32(8)),
    )
  await closed
  await served()
  const begun = gateway.log.filter((line) => line.path === '/open').length
  t.ok(begun < 250, `${begun} of 5,000 were looked at`)
})

t.test('streams the gateway is made to reset count as well: MadeYouReset ends the connection', async (t) => {
  const { send, closed, served, gateway } = await flooded(t)
  const open = get('/open')
  for (let stream = 1; stream < 10_000; stream += 2)
    send(
      frame(FRAME.headers, END_STREAM | END_HEADERS, stream, open),
      frame(FRAME.windowUpdate, 0, stream, uint32(0)),
    )
  await closed
  await served()
  const begun = gateway.log.filter((line) => line.path === '/open').length
  t.ok(begun < 250, `${begun} of 5,000 were looked at`)
})

t.test(
  'a header section without end is cut off: CONTINUATION is bounded in number and in bytes',
  async (t) => {
    const { send, closed, served } = await flooded(t)
    send(frame(FRAME.headers, END_STREAM, 1, get('/open')))
    const more = fields({ 'x-more': 'a'.repeat(8_000) })
    for (let at = 0; at < 200; at++) send(frame(FRAME.continuation, 0, 1, more))
    await closed
    await served()
  },
)

t.test('empty CONTINUATION frames without end are cut off', async (t) => {
  const { send, closed, served } = await flooded(t)
  send(frame(FRAME.headers, END_STREAM, 1, get('/open')))
  for (let at = 0; at < 5_000; at++) send(frame(FRAME.continuation, 0, 1))
  await closed
  await served()
})

t.test('SETTINGS and PING nobody reads the answers to end the connection', async (t) => {
  for (const flood of [frame(FRAME.settings, 0, 0), frame(FRAME.ping, 0, 0, Buffer.alloc(8))]) {
    const { socket, send, closed, served } = await flooded(t)
    socket.pause()
    const many = Buffer.concat(Array.from({ length: 2_000 }, () => flood))
    const beat = setInterval(() => send(many), 5)
    t.teardown(() => clearInterval(beat))
    socket.once('error', () => socket.resume())
    const looked = setInterval(() => socket.resume(), 2_000)
    t.teardown(() => clearInterval(looked))
    await closed
    clearInterval(beat)
    clearInterval(looked)
    await served()
  }
})

t.test('too many values in one SETTINGS frame end the connection', async (t) => {
  const { send, closed, served } = await flooded(t)
  const value = Buffer.concat([Buffer.from([0, 3]), uint32(100)])
  send(frame(FRAME.settings, 0, 0, Buffer.concat(Array.from({ length: 200 }, () => value))))
  await closed
  await served()
})

t.test('no more than a hundred requests are under way on one connection', async (t) => {
  const { send, received, served, upstream } = await flooded(t)
  const open = get('/open')
  for (let stream = 1; stream < 280; stream += 2)
    send(frame(FRAME.headers, END_STREAM | END_HEADERS, stream, open))
  await until(() => received.filter(({ type }) => type === FRAME.reset).length >= 40, 'the rest are refused')
  await served()
  t.ok(upstream.requests.length <= 100)
})

t.test('PRIORITY and WINDOW_UPDATE without end cost no request and leave others served', async (t) => {
  const { send, served, upstream } = await flooded(t)
  for (let at = 0; at < 20_000; at++)
    send(frame(FRAME.priority, 0, 1, Buffer.concat([uint32(3), Buffer.from([1])])))
  for (let at = 0; at < 2_000; at++) send(frame(FRAME.windowUpdate, 0, 0, uint32(1)))
  await served()
  t.same(upstream.requests, [])
})

t.test('empty DATA frames without end reach no service and leave others served', async (t) => {
  const { send, served, upstream } = await flooded(t)
  const post = fields({ ':method': 'POST', ':scheme': 'https', ':path': '/open', ':authority': 'localhost' })
  send(frame(FRAME.headers, END_HEADERS, 1, post))
  for (let at = 0; at < 20_000; at++) send(frame(FRAME.data, 0, 1))
  await served()
  t.same(upstream.requests, [])
})

t.test(
  'fields of a connection, names in capitals and pseudo-headers of its own making reset the stream',
  async (t) => {
    const { send, received, served, upstream } = await flooded(t)
    const bad: Record<string, string>[] = [
      { connection: 'close' },
      { 'keep-alive': 'timeout=5' },
      { 'proxy-connection': 'keep-alive' },
      { 'transfer-encoding': 'chunked' },
      { upgrade: 'h2c' },
      { te: 'gzip' },
      { 'X-User-Id': '1' },
      { ':x-user-id': '1' },
      { ':status': '200' },
      { ':protocol': 'websocket' },
    ]
    const resets = () => received.filter(({ type }) => type === FRAME.reset).map(({ stream }) => stream)
    for (const [at, more] of bad.entries()) {
      send(frame(FRAME.headers, END_STREAM | END_HEADERS, at * 2 + 1, get('/open', more)))
      await until(() => resets().includes(at * 2 + 1), JSON.stringify(more), 5_000)
    }
    await served()
    t.same(upstream.requests, [])
  },
)

t.test('a field that would break lines is dropped: nothing of it reaches the service', async (t) => {
  const { send, upstream, served } = await flooded(t)
  const bad = [{ 'x-a': 'b\r\nx-user-id: evil' }, { 'x-a': 'evil\0' }, { 'x evil': 'b' }, { 'x-evil\n': 'b' }]
  for (const [at, more] of bad.entries())
    send(frame(FRAME.headers, END_STREAM | END_HEADERS, at * 2 + 1, get('/open', more)))
  await until(() => upstream.requests.length === bad.length, 'all arrive')
  t.notMatch(JSON.stringify(upstream.requests), /evil/)
  await served()
})
