import { connect } from 'node:net'
import { recordingUpstream } from '@stockgate/test-kit'
import t from 'tap'
import { call, rawRequest } from '../../kit/call.ts'
import { startGateway } from '../../kit/gateway.ts'

t.test('a client that leaves before the answer is one line with status 499', async (t) => {
  const upstream = await recordingUpstream(t, () => new Promise(() => {}))
  const gateway = await startGateway(t, { upstream: upstream.url })
  const arrived = upstream.next()
  const socket = connect(gateway.port, '127.0.0.1', () => socket.write(rawRequest('GET /open')))
  await arrived
  socket.destroy()
  t.match(await gateway.line(), {
    status: 499,
    error: 'GW_CLIENT_GONE',
    path: '/open',
    service: 'shop',
    address: '127.0.0.1',
  })
  t.equal(gateway.log.length, 1)
})

t.test('a client that leaves in the middle of the answer is one line with status 499', async (t) => {
  const upstream = await recordingUpstream(t, (_request, response) => {
    response.write('x'.repeat(1000))
  })
  const gateway = await startGateway(t, { upstream: upstream.url })
  const socket = connect(gateway.port, '127.0.0.1', () => socket.write(rawRequest('GET /open')))
  socket.once('data', () => socket.destroy())
  t.match(await gateway.line(), { status: 499, error: 'GW_CLIENT_GONE' })
  t.equal(gateway.log.length, 1)
})

t.test('an answer that its service breaks off is one line that blames the service', async (t) => {
  const upstream = await recordingUpstream(t, (_request, response) => {
    response.writeHead(200, { 'content-length': '5000' })
    response.write('x'.repeat(1000), () => response.destroy())
  })
  const gateway = await startGateway(t, { upstream: upstream.url })
  await t.rejects(call(gateway.url, '/open'), 'the client sees the connection break')
  t.match(await gateway.line(), { status: 200, error: 'GW_UPSTREAM_CUT' })
  t.equal(gateway.log.length, 1)
})

t.test('requests on one connection leave a line each, with their own bytes', async (t) => {
  const upstream = await recordingUpstream(t, ({ url }, response) => response.end(url.slice(6).repeat(1000)))
  const gateway = await startGateway(t, { upstream: upstream.url })
  for (const target of ['/open?', '/open?ab', '/open?abcd']) await (await fetch(gateway.url + target)).text()
  await gateway.line(3)
  const [none, some, more] = gateway.log.map((line) => line.bytes_out) as [number, number, number]
  t.ok(none < 1000 && some > 2000 && some < 3000 && more > 4000 && more < 5000, `${none} ${some} ${more}`)
})
