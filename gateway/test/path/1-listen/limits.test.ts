import { recordingUpstream } from '@stockgate/test-kit'
import t from 'tap'
import { answersIn, call, exchange, rawRequest } from '../../kit/call.ts'
import { dialogue, statusesIn } from '../../kit/dialogue.ts'
import { startGateway } from '../../kit/gateway.ts'

const ONE = 'GET /open HTTP/1.1\r\nHost: x\r\n\r\n'

t.test('every limit of the listener is set, and the strict parser is on', async (t) => {
  const env = { REQUEST_TIMEOUT_MS: '12000', HEADERS_TIMEOUT_MS: '7000' }
  const { app } = await startGateway(t, { env })
  t.match(app.server, {
    headersTimeout: 7_000,
    requestTimeout: 12_000,
    keepAliveTimeout: 75_000,
    maxHeadersCount: 0,
    maxRequestsPerSocket: 0,
    timeout: 180_000,
  })
  t.notOk(process.execArgv.includes('--insecure-http-parser'))
})

t.test('a target may have TARGET_BYTES and not one more, in its path as in its query', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url, env: { TARGET_BYTES: '9000' } })
  for (const start of ['/open?q=', '/things/']) {
    const target = start.padEnd(9_000, 'a')
    const options = { headers: await gateway.auth() }
    t.equal((await call(gateway.url, target, options)).status, 200, start)
    t.equal(upstream.requests.at(-1)?.url, target)
    t.equal((await call(gateway.url, `${target}a`, options)).status, 414)
  }
  t.match(await gateway.line(4), { status: 414, error: 'GW_TARGET_SIZE' })
  t.equal(upstream.requests.length, 2)
})

t.test('a query may have as many parameters as fit in the target, and arrives as written', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url })
  const target = `/open?${'a[]=&b'.repeat(1_300)}`
  t.equal((await call(gateway.url, target)).status, 200)
  t.equal(upstream.requests[0]?.url, target)
  t.equal((await call(gateway.url, `/open?${'a&'.repeat(5_000)}`)).status, 414)
  t.equal((await call(gateway.url, `/open?${'a&'.repeat(10_000)}`)).status, 431, 'the parser gave up before')
})

t.test('a request may have HEADER_COUNT header fields and not one more', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url, env: { HEADER_COUNT: '20' } })
  const of = (count: number): string[] => [
    'Host: x',
    ...Array.from({ length: count - 2 }, (_, at) => `A${at}: b`),
  ]
  const [good] = answersIn(await exchange(gateway.port, rawRequest('GET /open', of(20))))
  t.equal(good?.status, 200)
  for (const count of [21, 2_000, 2_100]) {
    const [answer] = answersIn(await exchange(gateway.port, rawRequest('GET /open', of(count))))
    t.equal(answer?.status, 431, String(count))
  }
  t.equal(upstream.requests.length, 1)
})

t.test('a header section may have HEADER_BYTES and not one more', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url, env: { HEADER_BYTES: '2048' } })
  const rest = 'Host: x\r\nConnection: close\r\nA: \r\n'.length
  for (const [bytes, status] of [
    [2_048, 200],
    [2_049, 431],
    [4_000, 431],
  ] as const) {
    const headers = ['Host: x', `A: ${'b'.repeat(bytes - rest)}`]
    const [answer] = answersIn(await exchange(gateway.port, rawRequest('GET /open', headers)))
    t.equal(answer?.status, status, String(bytes))
    if (status === 431) t.match(answer?.json.type, /header-fields-too-large$/)
  }
  t.equal(upstream.requests.length, 1)
  t.match(await gateway.line(3), { status: 431, error: 'GW_HEADERS_SIZE' })
})

t.test('trailers and chunk extensions are bounded like headers', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url, env: { HEADER_BYTES: '2048' } })
  const trailers = Array.from({ length: 600 }, (_, at) => `A${at}: bbbbb\r\n`).join('')
  const body = `1\r\na\r\n0\r\n${trailers}\r\n`
  const raw = await exchange(
    gateway.port,
    rawRequest('POST /open', ['Host: x', 'Transfer-Encoding: chunked'], body),
  )
  t.same(statusesIn(raw), [431])
  t.same(upstream.requests, [])
})

t.test('a connection ends with the answer to its last allowed request', async (t) => {
  const upstream = await recordingUpstream(t)
  const env = { REQUESTS_PER_CONNECTION: '3' }
  const gateway = await startGateway(t, { upstream: upstream.url, env })
  const client = await dialogue(t, gateway.port)
  for (const count of [1, 2]) {
    client.say(ONE)
    t.notMatch(await client.answers(count), /connection: close/i)
  }
  client.say(ONE)
  const heard = await client.closed()
  t.same(statusesIn(heard), [200, 200, 200])
  t.equal(heard.toLowerCase().split('connection: close').length, 2)
})

t.test(
  'what a client sends behind its last allowed request is neither served nor answered by Node',
  async (t) => {
    const upstream = await recordingUpstream(t)
    const env = { REQUESTS_PER_CONNECTION: '3' }
    const gateway = await startGateway(t, { upstream: upstream.url, env })
    const client = await dialogue(t, gateway.port)
    client.say(ONE.repeat(5))
    t.same(statusesIn(await client.closed()), [200, 200, 200])
    t.equal(upstream.requests.length, 3)
    await gateway.line(5)
    t.same(
      gateway.log.map(({ error }) => error).filter((error) => error !== null),
      ['GW_CONNECTION_OVER', 'GW_CONNECTION_OVER'],
    )
  },
)

t.test('a header section that does not end in time is 408, and the connection closed', async (t) => {
  const gateway = await startGateway(t, { env: { HEADERS_TIMEOUT_MS: '500' } })
  const client = await dialogue(t, gateway.port)
  client.say('GET /open HTTP/1.1\r\nHost: x\r\nA: ')
  t.same(statusesIn(await client.closed()), [408])
  t.match(await gateway.line(), { status: 408, error: 'GW_REQUEST_TIMEOUT' })
})
