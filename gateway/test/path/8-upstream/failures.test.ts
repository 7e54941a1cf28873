import { recordingUpstream } from '@stockgate/test-kit'
import t from 'tap'
import { failureOf } from '../../../src/path/8-upstream/failure-map.ts'
import { call } from '../../kit/call.ts'
import { startGateway } from '../../kit/gateway.ts'
import { tcpUpstream } from '../../kit/tcp-upstream.ts'

/** What no client may read: addresses, ports, error codes of the transport, names of libraries. */
const INTERNAL =
  /127\.0\.0\.1|localhost|\d{4,5}\b(?<!\b50[0-9])|ECONN|UND_|HPE_|ENOTFOUND|undici|fastify|node:|socket/i

async function check(t: Tap, upstream: string, status: number, error: string, cause?: RegExp) {
  const gateway = await startGateway(t, { upstream })
  const answer = await call(gateway.url, status === 504 ? '/quick' : '/open')
  t.equal(answer.status, status)
  t.equal(answer.headers['content-type'], 'application/problem+json')
  t.notMatch(answer.text.replace(/"trace_id":"\w+"/, ''), INTERNAL)
  const line = await gateway.line()
  t.match(line, { status, error, ...(cause && { cause }) })
  t.equal(gateway.log.length, 1, 'one line, whatever the libraries would like to add')
}

type Tap = Parameters<typeof startGateway>[0] & typeof t

t.test('a service that takes no connection is 502', async (t) => {
  const upstream = await recordingUpstream(t)
  await upstream.close()
  await check(t as Tap, upstream.url, 502, 'GW_UNREACHABLE', /ECONNREFUSED/)
})

t.test('a service whose name is not known is 502', (t) =>
  check(t as Tap, 'http://no-such-host.invalid:80', 502, 'GW_UNREACHABLE', /ENOTFOUND|EAI_AGAIN/),
)

t.test('a service that resets the connection is 502', async (t) => {
  const { url } = await tcpUpstream(t, '', (socket) => socket.resetAndDestroy())
  await check(t as Tap, url, 502, 'GW_UPSTREAM_RESET')
})

t.test('a service that closes without a word is 502', async (t) => {
  const { url } = await tcpUpstream(t, '', (socket) => socket.end())
  await check(t as Tap, url, 502, 'GW_UPSTREAM_RESET')
})

t.test('a service that speaks no HTTP is 502', async (t) => {
  const { url } = await tcpUpstream(t, 'SSH-2.0-OpenSSH\r\n')
  await check(t as Tap, url, 502, 'GW_UPSTREAM_PROTOCOL')
})

t.test('a service that answers with two lengths is 502', async (t) => {
  const { url } = await tcpUpstream(t, 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab')
  await check(t as Tap, url, 502, 'GW_UPSTREAM_PROTOCOL')
})

t.test('a service that switches protocols unasked is 502', async (t) => {
  const { url } = await tcpUpstream(
    t,
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n',
  )
  await check(t as Tap, url, 502, 'GW_UPSTREAM_RESET')
})

t.test('a status outside of HTTP is 502', async (t) => {
  const { url } = await tcpUpstream(t, 'HTTP/1.1 699 Odd\r\nContent-Length: 0\r\n\r\n')
  await check(t as Tap, url, 502, 'GW_UPSTREAM_PROTOCOL')
})

t.test('a header block without end is 502', async (t) => {
  const { url } = await tcpUpstream(t, `HTTP/1.1 200 OK\r\nA: ${'b'.repeat(70_000)}\r\n\r\n`)
  await check(t as Tap, url, 502, 'GW_UPSTREAM_PROTOCOL')
})

t.test('a body that breaks at its first byte is a whole 502, with nothing of the answer in it', async (t) => {
  const head = 'HTTP/1.1 200 OK\r\nETag: "a"\r\nContent-Encoding: gzip\r\nSet-Cookie: a=b\r\n'
  const { url } = await tcpUpstream(t, `${head}Transfer-Encoding: chunked\r\n\r\nzz\r\n`)
  await check(t as Tap, url, 502, 'GW_UPSTREAM_CUT')
  const gateway = await startGateway(t, { upstream: url })
  const { headers } = await call(gateway.url, '/open')
  t.notOk(['etag', 'content-encoding', 'set-cookie'].some((name) => name in headers))
  t.ok(headers.ratelimit && headers['x-request-id'])
})

t.test('a service that hangs is 504', async (t) => {
  const { url } = await tcpUpstream(t, '')
  await check(t as Tap, url, 504, 'GW_DEADLINE')
})

t.test('a certificate nobody trusts is no connection', async (t) => {
  const { selfSigned } = await import('../../kit/tls.ts')
  await check(t as Tap, await selfSigned(t), 502, 'GW_UPSTREAM_TRUST', /CERT|SELF_SIGNED/)
})

t.test('a service without any endpoint is 503 with Retry-After', async (t) => {
  const manifest = { service: 'nowhere', routes: [{ path: '/n', methods: ['GET'], auth: 'public' }] }
  const gateway = await startGateway(t, { manifests: [manifest] })
  const answer = await call(gateway.url, '/n')
  t.equal(answer.status, 503)
  t.equal(answer.headers['retry-after'], '1')
  t.match(await gateway.line(), { error: 'GW_NO_ENDPOINT', service: 'nowhere' })
})

t.test('an error without a code is a fault of ours', async (t) => {
  t.equal(failureOf(new TypeError('x')).code, 'GW_INTERNAL')
  t.equal(failureOf(Object.assign(new Error('x'), { code: 'CERT_HAS_EXPIRED' })).code, 'GW_UPSTREAM_TRUST')
})
