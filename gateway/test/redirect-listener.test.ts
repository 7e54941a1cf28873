import { connect } from 'node:net'
import type { TestScope } from '@stockgate/test-kit'
import t from 'tap'
import { openRedirectListener } from '../src/redirect-listener.ts'
import { answersIn, call, exchange, rawRequest } from './kit/call.ts'
import { keptLog } from './tls/logged.ts'

const SETTINGS = {
  CONNECTIONS: 100,
  HEADER_BYTES: 16_384,
  HEADERS_TIMEOUT_MS: 500,
  PUBLIC_URL: 'https://api.test',
  TARGET_BYTES: 8_192,
}

async function redirecting(t: TestScope) {
  const { lines, log } = keptLog()
  const listener = await openRedirectListener(SETTINGS, { host: '127.0.0.1', port: 0 }, log)
  t.teardown(() => listener.close())
  return { ...listener, lines, port: Number(new URL(listener.url).port) }
}

t.test(
  'every canonical target is sent to the same one over TLS, by any method, and leaves one line',
  async (t) => {
    const { url, lines } = await redirecting(t)
    for (const method of ['GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS']) {
      const body = method === 'POST' ? { body: 'a body nobody reads' } : {}
      const answer = await call(url, '/products/7?a=b%20c', {
        method,
        headers: { host: 'evil.test' },
        ...body,
      })
      t.equal(answer.status, 308)
      t.equal(answer.headers.location, 'https://api.test/products/7?a=b%20c', 'whatever host was named')
      t.equal(answer.headers.connection, 'close')
      t.equal(answer.text, '')
    }
    t.equal(lines.length, 5)
    t.match(lines[0], { listener: 'redirect', method: 'GET', status: 308, address: '127.0.0.1', error: null })
    t.notMatch(JSON.stringify(lines), /products/, 'what was sent in the clear is not repeated')
  },
)

t.test('a target with an encoded slash is sent on as it is: only routes can say who takes it', async (t) => {
  const { url } = await redirecting(t)
  const answer = await call(url, '/files/a%2Fb?x=1')
  t.equal(answer.status, 308)
  t.equal(answer.headers.location, 'https://api.test/files/a%2Fb?x=1')
})

t.test(
  'targets that are not canonical are refused as problems: no header can be split, no host be swapped',
  async (t) => {
    const { port } = await redirecting(t)
    const bad = [
      '//evil.test/',
      '/\\evil.test',
      'http://evil.test/',
      '/a/../b',
      '/%0d%0aSet-Cookie:x',
      '/a;b',
      '/a%2e',
      '/a%2F..%2Fb',
      '/%2Fevil.test',
      '*',
      '/a#b',
    ]
    for (const target of bad) {
      const [answer, ...more] = answersIn(await exchange(port, rawRequest(`GET ${target}`)))
      t.equal(answer?.status, 400, target)
      t.equal(answer?.headers['content-type'], 'application/problem+json')
      t.notOk(answer?.headers.location)
      t.same(more, [])
    }
    const [long] = answersIn(await exchange(port, rawRequest(`GET /${'a'.repeat(9_000)}`)))
    t.equal(long?.status, 414)
  },
)

t.test(
  'what is no request, or does not come, is refused and closed like on the other listener',
  async (t) => {
    const { port, lines } = await redirecting(t)
    const [broken] = answersIn(await exchange(port, 'HELLO\r\n\r\n'))
    t.equal(broken?.status, 400)
    const [large] = answersIn(
      await exchange(port, rawRequest('GET /', ['Host: x', `A: ${'b'.repeat(17_000)}`])),
    )
    t.equal(large?.status, 431)
    const [tunnel] = answersIn(await exchange(port, rawRequest('CONNECT evil.test:443')))
    t.equal(tunnel?.status, 400)
    const [slow] = answersIn(await exchange(port, 'GET / HT'))
    t.equal(slow?.status, 408)
    t.same(
      lines.map(({ status }) => status),
      [400, 431, 400, 408],
    )
  },
)

t.test('one connection carries one request: what is sent behind it is not served', async (t) => {
  const { port, lines } = await redirecting(t)
  const raw = await exchange(port, 'GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n')
  t.equal(raw.split('HTTP/1.1 308').length - 1, 1)
  t.equal(lines.filter(({ status }) => status === 308).length, 1)
})

t.test('closing ends connections that are open', async (t) => {
  const { port, close } = await redirecting(t)
  const socket = connect(port, '127.0.0.1')
  const gone = new Promise((resolve) => socket.once('close', resolve))
  await new Promise((resolve) => socket.once('connect', resolve))
  await close()
  await gone
})
