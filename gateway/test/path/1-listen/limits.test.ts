import t from 'tap'
import { answersIn, call, exchange, rawRequest } from '../../kit/call.ts'
import { startGateway } from '../../kit/gateway.ts'

t.test('every limit of the listener is set, and the strict parser is on', async (t) => {
  const { app } = await startGateway(t, { env: { REQUEST_TIMEOUT_MS: '12000' } })
  t.match(app.server, {
    headersTimeout: 10_000,
    requestTimeout: 12_000,
    keepAliveTimeout: 75_000,
    maxRequestsPerSocket: 1_000,
    timeout: 180_000,
  })
  t.notOk(process.execArgv.includes('--insecure-http-parser'))
})

t.test('an expectation the gateway cannot meet is refused as a problem', async (t) => {
  const gateway = await startGateway(t)
  const [answer] = answersIn(
    await exchange(gateway.port, rawRequest('GET /open', ['Host: x', 'Expect: tea'])),
  )
  t.equal(answer?.status, 400)
  t.equal(answer?.headers['content-type'], 'application/problem+json')
  t.match(await gateway.line(), { status: 400, error: 'GW_EXPECTATION' })
})

t.test('CONNECT opens no tunnel: it is refused as a problem, with a line in the log', async (t) => {
  const gateway = await startGateway(t)
  const [answer] = answersIn(await exchange(gateway.port, rawRequest('CONNECT evil.test:443')))
  t.equal(answer?.status, 400)
  t.equal(answer?.headers['content-type'], 'application/problem+json')
  t.match(await gateway.line(), { status: 400, error: 'GW_TARGET' })
})

t.test('an upgrade is not followed: the request is answered as if it had not asked', async (t) => {
  const gateway = await startGateway(t)
  const answer = await call(gateway.url, '/livez', {
    headers: { connection: 'upgrade', upgrade: 'websocket' },
  })
  t.equal(answer.status, 200)
})
