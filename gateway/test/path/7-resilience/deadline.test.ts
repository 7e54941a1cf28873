import { createServer } from 'node:http'
import { connect } from 'node:net'
import { recordingUpstream } from '@stockgate/test-kit'
import t from 'tap'
import { answersIn, call, exchange, rawRequest } from '../../kit/call.ts'
import { startGateway } from '../../kit/gateway.ts'

t.test('a service that does not answer in the time of its route is a 504 problem, on time', async (t) => {
  const upstream = await recordingUpstream(t, () => new Promise(() => {}))
  const gateway = await startGateway(t, { upstream: upstream.url })
  const began = performance.now()
  const answer = await call(gateway.url, '/quick')
  const took = performance.now() - began
  t.equal(answer.status, 504)
  t.equal(answer.json.type, 'https://api.test/problems/upstream-timeout')
  t.ok(took > 140 && took < 4_000, `${took} ms for 150`)
  t.match(await gateway.line(), { status: 504, error: 'GW_DEADLINE', service: 'shop' })
  t.equal(upstream.requests.length, 1, 'and it is not sent again')
})

t.test('the deadline also ends what waits for a connection', async (t) => {
  const upstream = await recordingUpstream(t, () => new Promise(() => {}))
  const gateway = await startGateway(t, { upstream: upstream.url, env: { UPSTREAM_CONNECTIONS: '1' } })
  const answers = await Promise.all([1, 2, 3].map(() => call(gateway.url, '/quick')))
  t.same(
    answers.map(({ status }) => status),
    [504, 504, 504],
  )
})

t.test('an answer that began in time may take longer', async (t) => {
  const upstream = await recordingUpstream(t, async (_request, response) => {
    response.write('a')
    setTimeout(() => response.end('b'), 300)
  })
  const gateway = await startGateway(t, { upstream: upstream.url })
  const answer = await call(gateway.url, '/quick')
  t.equal(answer.status, 200)
  t.equal(answer.text, 'ab')
})

t.test('an answer that began and then pauses for too long is cut', async (t) => {
  const upstream = await recordingUpstream(t, (_request, response) => {
    response.write('a')
  })
  const gateway = await startGateway(t, { upstream: upstream.url })
  await t.rejects(call(gateway.url, '/quick'))
  t.match(await gateway.line(), { status: 200, error: 'GW_UPSTREAM_CUT' })
})

t.test('where the client is the slow one it is told so: 408', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url, env: { BODY_LIMIT: '4000000' } })
  // The service is called once more has come than is taken in before, and then the rest does not come.
  const head = ['Host: x', 'Content-Length: 2000000']
  const body = 'x'.repeat(1_100_000)
  const [answer] = answersIn(await exchange(gateway.port, rawRequest('POST /quick', head, body)))
  t.equal(answer?.status, 408)
  t.equal(answer?.json.type, 'https://api.test/problems/request-timeout')
})

t.test('a service that does not take a body in time is the late one: 504', async (t) => {
  const deaf = createServer((request) => request.pause())
  await new Promise<void>((resolve) => deaf.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    deaf.closeAllConnections()
    deaf.close()
  })
  const { port } = deaf.address() as { port: number }
  const gateway = await startGateway(t, {
    upstream: `http://127.0.0.1:${port}`,
    env: { BODY_LIMIT: '40000000' },
  })
  const answer = await call(gateway.url, '/quick', { method: 'POST', body: 'x'.repeat(30_000_000) })
  t.equal(answer.status, 504)
  t.match(await gateway.line(), { status: 504, error: 'GW_DEADLINE' })
})

t.test('a late answer of the service harms nobody', async (t) => {
  const upstream = await recordingUpstream(t, async (_request, response) => {
    setTimeout(() => response.end('late'), 250)
  })
  const gateway = await startGateway(t, { upstream: upstream.url })
  t.equal((await call(gateway.url, '/quick')).status, 504)
  await new Promise((resolve) => setTimeout(resolve, 200))
  t.equal((await call(gateway.url, '/open')).text, 'late')
})

t.test('a client that leaves has its call given up', async (t) => {
  const given = new Promise<void>((resolve) => {
    void recordingUpstream(t, (_request, _response, raw) => {
      raw.socket.once('close', () => resolve())
      return new Promise(() => {})
    }).then(async (upstream) => {
      const gateway = await startGateway(t, { upstream: upstream.url })
      const arrived = upstream.next()
      const socket = connect(gateway.port, '127.0.0.1', () => socket.write(rawRequest('GET /open')))
      await arrived
      socket.destroy()
    })
  })
  await given
  t.pass('the service saw its connection close')
})
