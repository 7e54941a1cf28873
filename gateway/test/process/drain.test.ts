import { Agent } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { createTestIssuer, recordingUpstream } from '@stockgate/test-kit'
import t from 'tap'
import { call } from '../kit/call.ts'
import { until } from '../kit/gateway.ts'
import { runGateway, standAlone } from '../kit/process.ts'

t.test('every request in flight at SIGTERM is answered, then the process ends with 0', async (t) => {
  const upstream = await recordingUpstream(t, async (_request, response) => {
    await delay(400)
    response.end('whole')
  })
  const issuer = await createTestIssuer(t)
  const limits = { ADDRESS_LIMIT: '0' }
  const gateway = runGateway(t, { ...standAlone(t, issuer, upstream.url), ...limits })
  const { url } = await gateway.ready()
  const headers = { authorization: `Bearer ${await issuer.sign({ scope: 'things:read' })}` }
  const inFlight = Array.from({ length: 40 }, (_, i) =>
    call(url, '/things', i % 2 ? { headers } : { headers, method: 'POST', body: 'x' }),
  )
  await until(() => upstream.requests.length === 40, 'all are at the service')
  gateway.child.kill('SIGTERM')
  for (const answer of await Promise.all(inFlight)) {
    t.equal(answer.status, 200)
    t.equal(answer.text, 'whole')
    t.equal(answer.headers.connection, 'close')
  }
  t.equal(await gateway.exited, 0)
  t.equal(gateway.lines().filter(({ status }) => status === 200).length, 40, 'the log is whole, too')
  t.equal(gateway.lines().at(-1)?.msg, 'stopped')
})

t.test('with a delay set, readiness fails first and connections are still taken', async (t) => {
  const upstream = await recordingUpstream(t)
  const issuer = await createTestIssuer(t)
  const gateway = runGateway(t, { ...standAlone(t, issuer, upstream.url), DRAIN_DELAY_MS: '600' })
  const { url } = await gateway.ready()
  const agent = new Agent({ keepAlive: true })
  t.teardown(() => agent.destroy())
  gateway.child.kill('SIGTERM')
  await until(() => gateway.lines().some(({ msg }) => msg === 'stopping'), 'it heard')
  t.equal((await call(url, '/readyz')).status, 503)
  const served = await call(url, '/open')
  t.equal(served.status, 200)
  t.equal(served.headers.connection, 'close')
  t.equal(await gateway.exited, 0)
})

t.test('what does not end in time is cut, and the process ends all the same', async (t) => {
  const upstream = await recordingUpstream(t, () => new Promise(() => {}))
  const issuer = await createTestIssuer(t)
  const gateway = runGateway(t, { ...standAlone(t, issuer, upstream.url), DRAIN_TIMEOUT_MS: '200' })
  const { url } = await gateway.ready()
  const arrived = upstream.next()
  const hanging = call(url, '/open')
  await arrived
  gateway.child.kill('SIGTERM')
  await t.rejects(hanging)
  t.equal(await gateway.exited, 0)
})
