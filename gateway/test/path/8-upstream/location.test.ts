import { recordingUpstream } from '@stockgate/test-kit'
import t from 'tap'
import { createRelocate } from '../../../src/path/8-upstream/location.ts'
import { call } from '../../kit/call.ts'
import { startGateway } from '../../kit/gateway.ts'

const relocate = createRelocate((host) => host === 'orders:8080')

t.test('a place behind the gateway is told as a path', async (t) => {
  t.equal(relocate('http://orders:8080/orders/1?a=b#c'), '/orders/1?a=b#c')
  t.equal(relocate('//orders:8080/orders/1'), '/orders/1')
  t.equal(relocate('HTTP://ORDERS:8080/orders/1'), '/orders/1')
  t.equal(relocate('/\\orders:8080/x'), '/x')
})

t.test('a path and a place in the outside world stay as they are', async (t) => {
  for (const location of ['/orders/1', '1', '?next=2', '../x', 'https://client.example/callback?code=a'])
    t.equal(relocate(location), location)
})

t.test('what cannot be read is dropped', async (t) => {
  t.equal(relocate('http://'), undefined)
  t.equal(relocate('http://[x'), undefined)
})

t.test('a service that redirects to itself does not show its address', async (t) => {
  const upstream = await recordingUpstream(t, (_request, response) => {
    response.writeHead(302, { location: `${upstream.url}/things/1` })
    response.end()
  })
  const gateway = await startGateway(t, { upstream: upstream.url })
  const answer = await call(gateway.url, '/open')
  t.equal(answer.status, 302)
  t.equal(answer.headers.location, '/things/1')
})
