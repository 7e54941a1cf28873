import { recordingUpstream } from '@stockgate/test-kit'
import t from 'tap'
import { answersIn, call, exchange, rawRequest } from '../../kit/call.ts'
import { dialogue, statusesIn } from '../../kit/dialogue.ts'
import { startGateway } from '../../kit/gateway.ts'

t.test('a method the path does not have is 405 with Allow, whatever HTTP knows of it', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url })
  for (const method of [
    'TRACE',

    'PATCH',
    'PROPFIND',
    'PURGE',
    'LINK',
    'M-SEARCH',
    'QUERY',
    'REPORT',
  ]) {
    const raw = await exchange(gateway.port, rawRequest(`${method} /open`))
    t.match(raw, /^HTTP\/1\.1 405 /, method)
    t.match(raw, /\r\nallow: GET, (?:HEAD, )?POST, OPTIONS\r\n/i)
    t.notMatch(raw, /Host: x/, 'nothing of the request is echoed')
  }
  t.same(upstream.requests, [])
})

t.test('what is no method, or one in small letters, is 400 and closes', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url })
  for (const method of ['get', 'Get', 'GETT', 'GE T', 'FOO', 'PRI', 'G\0T', '']) {
    const [answer] = answersIn(await exchange(gateway.port, rawRequest(`${method} /open`)))
    t.match(answer, { status: 400, headers: { connection: 'close' } }, JSON.stringify(method))
  }
  t.same(upstream.requests, [])
})

t.test('methods of RTSP, which the parser knows too, are 400 and close, with a line', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url })
  for (const line of [
    'ANNOUNCE /open RTSP/1.0',
    'SETUP /a//b RTSP/1.0',
    'PLAY /livez RTSP/1.0',
    'ANNOUNCE /open HTTP/1.1',
  ]) {
    const [answer, ...more] = answersIn(await exchange(gateway.port, `${line}\r\nHost: x\r\n\r\n`))
    t.match(answer, { status: 400, headers: { connection: 'close' } }, line)
    t.same(more, [])
  }
  await gateway.line(4)
  t.same(
    gateway.log.map(({ error }) => error),
    ['GW_VERSION', 'GW_VERSION', 'GW_VERSION', 'GW_MESSAGE'],
  )
  t.same(upstream.requests, [])
})

t.test('CONNECT opens no tunnel: it is refused as a problem, with a line in the log', async (t) => {
  const gateway = await startGateway(t)
  for (const target of ['evil.test:443', '127.0.0.1:22', '/open', 'http://x/']) {
    const raw = await exchange(gateway.port, `${rawRequest(`CONNECT ${target}`)}SSH-2.0-x\r\n`)
    const [answer, ...more] = answersIn(raw)
    t.equal(answer?.status, 400, target)
    t.equal(answer?.headers['content-type'], 'application/problem+json')
    t.same(more, [])
  }
  t.match(await gateway.line(4), { status: 400 })
})

t.test('no header makes a method into another', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url })
  for (const name of [
    'X-HTTP-Method-Override',
    'X-HTTP-Method',
    'X-Method-Override',
    'X_HTTP_METHOD_OVERRIDE',
  ]) {
    const headers = { ...(await gateway.auth()), [name]: 'DELETE' }
    t.equal((await call(gateway.url, '/things?_method=DELETE', { method: 'POST', headers })).status, 200)
    const seen = upstream.requests.at(-1)
    t.equal(seen?.method, 'POST')
    t.notOk(seen?.rawHeaders.includes('DELETE'), name)
  }
})

t.test('a GET or HEAD with a body is 400 and closes; an empty body is none', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url })
  for (const headers of [['Content-Length: 3'], ['Transfer-Encoding: chunked']]) {
    for (const method of ['GET', 'HEAD']) {
      const client = await dialogue(t, gateway.port)
      client.say([`${method} /open HTTP/1.1`, 'Host: x', ...headers, '', ''].join('\r\n'))
      await client.hear('connection: close')
      client.socket.end('3\r\nabc\r\n0\r\n\r\n')
      t.same(statusesIn(await client.closed()), [400], `${method} ${headers}`)
    }
  }
  t.match(await gateway.line(4), { error: 'GW_BODY_UNEXPECTED' })
  t.same(upstream.requests, [])
  t.equal((await call(gateway.url, '/open', { headers: { 'content-length': '0' } })).status, 200)
})

t.test('a DELETE may have a body, which arrives', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url })
  const headers = { ...(await gateway.auth()), 'content-type': 'application/json', 'content-length': '2' }
  t.equal((await call(gateway.url, '/things/1', { method: 'DELETE', headers, body: '{}' })).status, 200)
  t.match(upstream.requests[0], { method: 'DELETE', text: '{}' })
})
