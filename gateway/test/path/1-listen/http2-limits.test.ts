import { recordingUpstream, type TestScope } from '@stockgate/test-kit'
import t from 'tap'
import { createAuthority } from '../../kit/authority.ts'
import { answersIn, rawRequest } from '../../kit/call.ts'
import { limitsOf, startGateway, type TestGatewayOptions } from '../../kit/gateway.ts'
import { callOver, http2Client } from '../../kit/http2.ts'
import { exchangeOn, handshake } from '../../kit/tls-client.ts'

async function overHttp2(t: TestScope, options: TestGatewayOptions = {}) {
  const authority = createAuthority(t)
  const { certFile, keyFile } = authority.leaf(['localhost'], { days: 90 })
  const gateway = await startGateway(t, { ...options, tls: { certs: [certFile], keys: [keyFile] } })
  const client = await http2Client(t, gateway, authority)
  return { ...client, gateway, authority }
}

const ended = (session: { once(event: 'close', then: () => void): unknown }) =>
  new Promise<void>((resolve) => session.once('close', resolve))

t.test('calls side by side on one connection spend one budget, the one of HTTP/1.1 too', async (t) => {
  const upstream = await recordingUpstream(t)
  const { session, authority, gateway } = await overHttp2(t, {
    upstream: upstream.url,
    limits: limitsOf({ quota: 10, window: 3_600 }),
  })
  const other = await http2Client(t, gateway, authority)
  const calls = Array.from({ length: 60 }, (_, at) => callOver(at % 2 ? session : other.session, '/open'))
  const statuses = (await Promise.all(calls)).map(({ status }) => status)
  t.equal(statuses.filter((status) => status === 200).length, 10)
  t.equal(statuses.filter((status) => status === 429).length, 50)
  t.equal(upstream.requests.length, 10)
  const plain = await handshake(gateway.port, authority)
  const [last] = answersIn(await exchangeOn(plain, rawRequest('GET /open', ['Host: localhost'])))
  t.equal(last?.status, 429)
})

t.test(
  'a connection takes as many requests as the setting says, answers them all, and is told to end',
  async (t) => {
    const upstream = await recordingUpstream(t)
    const { session, call, gateway, authority } = await overHttp2(t, {
      upstream: upstream.url,
      env: { REQUESTS_PER_CONNECTION: '3' },
    })
    const over = ended(session)
    t.same(
      (await Promise.all([call('/open'), call('/open'), call('/open')])).map(({ status }) => status),
      [200, 200, 200],
    )
    await over
    const next = await http2Client(t, gateway, authority)
    t.equal((await next.call('/open')).status, 200)
  },
)

t.test(
  'a request whose body does not come is 408 after the request time, and the connection serves on',
  async (t) => {
    const upstream = await recordingUpstream(t)
    const { session, call, gateway } = await overHttp2(t, {
      upstream: upstream.url,
      env: { REQUEST_TIMEOUT_MS: '1000', MIN_BYTES_PER_SECOND: '0' },
    })
    const stream = session.request({ ':method': 'POST', ':path': '/open', 'content-length': '100' })
    stream.on('error', () => {})
    stream.write('a')
    const status = await new Promise((resolve) =>
      stream.once('response', (headers) => resolve(headers[':status'])),
    )
    t.equal(status, 408)
    stream.resume()
    await ended(stream)
    t.match(await gateway.line(), { status: 408, error: 'GW_REQUEST_TIMEOUT' })
    t.equal((await call('/open')).status, 200)
    t.equal(upstream.requests.length, 1)
  },
)

t.test('while the process stops, a connection is told to end and its calls are still answered', async (t) => {
  let release = (): void => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  const upstream = await recordingUpstream(t, async (_request, response) => {
    await held
    response.end('done')
  })
  const { session, call, gateway, authority } = await overHttp2(t, { upstream: upstream.url })
  const idle = await http2Client(t, gateway, authority)
  const idleOver = ended(idle.session)
  const arrived = upstream.next()
  const underWay = call('/open')
  await arrived
  const closing = gateway.app.close()
  const told = new Promise<void>((resolve) => session.once('goaway', () => resolve()))
  await Promise.all([told, idleOver])
  release()
  t.equal((await underWay).text, 'done')
  await closing
})

t.test('an answer given while draining ends its connection', async (t) => {
  const { session, call, gateway } = await overHttp2(t)
  gateway.app.draining = true
  const over = ended(session)
  t.equal((await call('/livez')).status, 200)
  await over
})

t.test('too many fields are 431 like elsewhere; far too many reset the stream', async (t) => {
  const { call } = await overHttp2(t)
  const fields = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`x-a${at}`, '1']))
  t.equal((await call('/livez', { headers: fields(101) })).status, 431)
  t.equal((await call('/livez', { headers: { a: 'b'.repeat(17_000) } })).status, 431)
  await t.rejects(call('/livez', { headers: fields(500) }), { code: 'ERR_HTTP2_STREAM_ERROR' })
  t.equal((await call('/livez', { headers: fields(50) })).status, 200)
})

t.test('authority, host and scheme have to say the same', async (t) => {
  const upstream = await recordingUpstream(t)
  const { call, gateway } = await overHttp2(t, { upstream: upstream.url, env: { HOSTS: 'localhost' } })
  const own = `localhost:${gateway.port}`
  const bad: Record<string, string>[] = [
    { ':authority': own, host: 'evil.test' },
    { ':authority': 'evil.test' },
    { ':authority': 'under_score' },
    { ':authority': own, ':scheme': 'http' },
  ]
  for (const headers of bad) t.equal((await call('/open', { headers })).status, 400, JSON.stringify(headers))
  t.equal((await call('*', { method: 'OPTIONS' })).status, 400)
  for (const path of ['/a/../open', '//open', '/open%2e', '/op;en'])
    t.equal((await call(path)).status, 400, path)
  t.same(upstream.requests, [])
  t.equal((await call('/open', { headers: { ':authority': own, host: own } })).status, 200)
})

t.test('CONNECT opens no tunnel: 400, and one line', async (t) => {
  const { session, gateway } = await overHttp2(t)
  const stream = session.request({ ':method': 'CONNECT', ':authority': 'evil.test:443' })
  stream.on('error', () => {})
  const status = await new Promise((resolve) =>
    stream.once('response', (headers) => resolve(headers[':status'])),
  )
  t.equal(status, 400)
  stream.destroy()
  t.match(await gateway.line(), { method: 'CONNECT', status: 400, error: 'GW_TARGET' })
})
