import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { recordingUpstream } from '@stockgate/test-kit'
import t from 'tap'
import { call } from '../../kit/call.ts'
import { startGateway } from '../../kit/gateway.ts'

t.test('closing waits for the request in flight and tells its connection to close', async (t) => {
  let release = (): void => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  const upstream = await recordingUpstream(t, async (_request, response) => {
    await held
    response.end('done')
  })
  const gateway = await startGateway(t, { upstream: upstream.url })
  const agent = new Agent({ keepAlive: true })
  t.teardown(() => agent.destroy())
  const arrived = upstream.next()
  const outgoing = request(`${gateway.url}/open`, { agent }).end()
  const answered = once(outgoing, 'response')
  await arrived
  const closing = gateway.app.close()
  await new Promise((resolve) => setImmediate(resolve))
  release()
  const [incoming] = await answered
  t.equal(incoming.statusCode, 200)
  t.equal(incoming.headers.connection, 'close')
  incoming.resume()
  await closing
  await t.rejects(call(gateway.url, '/livez'), 'no new connection is taken')
})

t.test('while draining, readiness fails, liveness does not, and requests are still served', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url })
  t.equal((await call(gateway.url, '/readyz')).status, 200)
  gateway.app.draining = true
  const ready = await call(gateway.url, '/readyz')
  t.equal(ready.status, 503)
  t.match(ready.json, { status: 'fail', checks: { shutdown: 'fail', policy: 'pass' } })
  t.equal((await call(gateway.url, '/livez')).status, 200)
  const served = await call(gateway.url, '/open', { headers: { connection: 'keep-alive' } })
  t.equal(served.status, 200)
  t.equal(served.headers.connection, 'close')
})
