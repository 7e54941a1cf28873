import { recordingUpstream } from '@stockgate/test-kit'
import t from 'tap'
import { dialogue, statusesIn } from '../../kit/dialogue.ts'
import { SHOP, startGateway } from '../../kit/gateway.ts'

function ask(line: string, ...headers: string[]): string {
  return [`${line} HTTP/1.1`, 'Host: x', 'Expect: 100-continue', ...headers, '', ''].join('\r\n')
}
const NEXT = 'GET /open?next HTTP/1.1\r\nHost: x\r\n\r\n'

t.test('a request that is admitted is told 100 before its body, and its answer after', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url })
  for (const [framing, body] of [
    ['Content-Length: 3', 'abc'],
    ['Transfer-Encoding: chunked', '3\r\nabc\r\n0\r\n\r\n'],
    ['Content-Length: 900000', 'x'.repeat(900_000)],
  ] as const) {
    const client = await dialogue(t, gateway.port)
    client.say(ask('POST /open', framing))
    t.equal(await client.hear('\r\n\r\n'), 'HTTP/1.1 100 Continue\r\n\r\n')
    client.say(body)
    await client.hear('200 OK')
    client.say(NEXT)
    t.same(statusesIn(await client.answers(3)), [100, 200, 200], framing)
  }
  t.equal(upstream.requests[0]?.text, 'abc')
  t.equal(upstream.requests[0]?.headers.expect, undefined)
})

t.test('a request that is refused is told so instead of 100, and its connection ends', async (t) => {
  const upstream = await recordingUpstream(t)
  const routes = [...SHOP.routes, { path: '/small', methods: ['POST'], auth: 'public', bodyLimit: 10 }]
  const gateway = await startGateway(t, { upstream: upstream.url, manifests: [{ ...SHOP, routes }] })
  const refusals: [string, number][] = [
    [ask('POST /things', 'Content-Length: 3'), 401],
    [ask('POST /things', 'Transfer-Encoding: chunked'), 401],
    [ask('POST /nothing', 'Content-Length: 3'), 404],
    [ask('PUT /open', 'Content-Length: 3'), 405],
    [ask('POST /small', 'Content-Length: 11'), 413],
    [ask('POST /open', 'Content-Length: 3', 'Host: y'), 400],
  ]
  for (const [request, status] of refusals) {
    const client = await dialogue(t, gateway.port)
    client.say(request)
    await client.hear('connection: close')
    // Whoever was refused may send its next request or the body nobody wants: nobody can tell which it is.
    client.say(NEXT)
    t.same(statusesIn(await client.closed()), [status])
  }
  t.same(upstream.requests, [])
})

t.test('a request over its limit is told 429 instead of 100', async (t) => {
  const gateway = await startGateway(t, { env: { ADDRESS_LIMIT: '1' } })
  const first = await dialogue(t, gateway.port)
  first.say(ask('GET /livez'))
  t.same(statusesIn(await first.answers(1)), [200], 'without a body there is nothing to wait for')
  const second = await dialogue(t, gateway.port)
  second.say(ask('POST /open', 'Content-Length: 3'))
  await second.hear('connection: close')
  second.socket.end()
  t.same(statusesIn(await second.closed()), [429])
})

t.test('a client that does not wait for 100 is served all the same', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url })
  const client = await dialogue(t, gateway.port)
  client.say(`${ask('POST /open', 'Content-Length: 3')}abc${NEXT}`)
  t.same(statusesIn(await client.answers(3)), [100, 200, 200])
  t.same(
    upstream.requests.map(({ text }) => text),
    ['abc', ''],
  )
})

t.test('any other expectation is 417, and the connection ends', async (t) => {
  const gateway = await startGateway(t)
  for (const expect of ['tea', '100-continue, tea', '200-ok', '']) {
    const client = await dialogue(t, gateway.port)
    client.say(`POST /open HTTP/1.1\r\nHost: x\r\nExpect: ${expect}\r\nContent-Length: 0\r\n\r\n`)
    const heard = await client.closed()
    t.same(statusesIn(heard), [417], expect)
    t.match(heard, /problems\/expectation-failed/)
  }
  t.match(await gateway.line(4), { status: 417, error: 'GW_EXPECTATION' })
})

t.test('what comes behind an expectation without a body is refused, not served in vain', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url })
  for (const line of ['GET /open', 'HEAD /open']) {
    const client = await dialogue(t, gateway.port)
    client.say(ask(line) + NEXT)
    t.same(statusesIn(await client.closed()), [200], line)
  }
  await gateway.line(4)
  t.same(
    upstream.requests.map(({ url }) => url),
    ['/open', '/open'],
  )
  t.same(gateway.log.map(({ error }) => error).sort(), [
    'GW_CONNECTION_OVER',
    'GW_CONNECTION_OVER',
    null,
    null,
  ])
})
