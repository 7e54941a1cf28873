import { once } from 'node:events'
import { connect, constants, createServer } from 'node:http2'
import { recordingUpstream } from '@stockgate/test-kit'
import t from 'tap'
import { StreamRequest, StreamResponse } from '../../../src/path/1-listen/http2-messages.ts'
import { createAuthority } from '../../kit/authority.ts'
import { startGateway } from '../../kit/gateway.ts'
import { http2Client } from '../../kit/http2.ts'

t.test(
  'a body that is broken off ends with an error, where Node would end it as if it were whole',
  async (t) => {
    const server = createServer({ Http2ServerRequest: StreamRequest })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const session = connect(`http://127.0.0.1:${(server.address() as { port: number }).port}`)
    t.teardown(() => {
      session.destroy()
      server.close()
    })
    const arrived = once(server, 'request') as Promise<[StreamRequest]>
    const stream = session.request({ ':method': 'POST', ':path': '/', 'content-length': '100' })
    stream.on('error', () => {})
    stream.write('the first half')
    const [request] = await arrived
    const seen: string[] = []
    request.on('end', () => seen.push('end'))
    const broken = once(request, 'error').catch((error) => [error])
    request.resume()
    await once(request, 'data')
    session.destroy(undefined, constants.NGHTTP2_CANCEL)
    t.match(await broken, [{ code: 'ECONNRESET' }])
    await new Promise((resolve) => setImmediate(resolve))
    t.same(seen, [])
  },
)

t.test(
  'a call without a body that its service leaves waiting is 504, not the fault of its client',
  async (t) => {
    const authority = createAuthority(t)
    const { certFile, keyFile } = authority.leaf(['localhost'], { days: 90 })
    const upstream = await recordingUpstream(t, () => {})
    const tls = { certs: [certFile], keys: [keyFile] }
    const gateway = await startGateway(t, { upstream: upstream.url, tls })
    const { call } = await http2Client(t, gateway, authority)
    t.equal((await call('/quick')).status, 504)
    t.match(await gateway.line(), { status: 504, error: 'GW_DEADLINE' })
  },
)

t.test('an answer without a body reaches a client whose request has not ended yet', async (t) => {
  const authority = createAuthority(t)
  const { certFile, keyFile } = authority.leaf(['localhost'], { days: 90 })
  const gateway = await startGateway(t, { tls: { certs: [certFile], keys: [keyFile] } })
  const { call } = await http2Client(t, gateway, authority)
  t.equal((await call('/open', { method: 'OPTIONS', body: 'read by nobody' })).status, 204)
  t.equal((await call('/nowhere', { method: 'HEAD', body: 'nor this' })).status, 404)
})

t.test('a client that has given up can be told 100, where Node would throw', async (t) => {
  const server = createServer(
    { Http2ServerRequest: StreamRequest, Http2ServerResponse: StreamResponse },
    () => {},
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const session = connect(`http://127.0.0.1:${(server.address() as { port: number }).port}`)
  t.teardown(() => {
    session.destroy()
    server.close()
  })
  const asked = once(server, 'checkContinue') as Promise<[StreamRequest, StreamResponse]>
  const stream = session.request({ ':method': 'POST', ':path': '/', expect: '100-continue' })
  stream.on('error', () => {})
  const [, response] = await asked
  response.stream.close(constants.NGHTTP2_CANCEL)
  response.writeContinue()
  response.stream.destroy()
  response.writeContinue()
  await once(response, 'close')
  t.equal(response.headersSent, false)
})
