import { Agent, request } from 'node:https'
import { connect } from 'node:tls'
import { recordingUpstream, type TestScope } from '@stockgate/test-kit'
import t from 'tap'
import { createAuthority } from '../../kit/authority.ts'
import { startGateway, until } from '../../kit/gateway.ts'
import { http2Client } from '../../kit/http2.ts'

const manifests = [
  {
    service: 'shop',
    routes: [{ path: '/open', methods: ['GET', 'POST'], auth: 'public', deadlineMs: 60_000 }],
  },
]

async function stand(t: TestScope, upstream: string, env: Record<string, string> = {}) {
  const authority = createAuthority(t)
  const { certFile, keyFile } = authority.leaf(['localhost'], { days: 90 })
  const tls = { certs: [certFile], keys: [keyFile] }
  const gateway = await startGateway(t, { upstream, manifests, env, tls })
  return { authority, gateway, client: () => http2Client(t, gateway, authority) }
}

t.test('a body that stalls on one stream is a 408 there; the streams beside it go on', async (t) => {
  const upstream = await recordingUpstream(t)
  const { client, gateway } = await stand(t, upstream.url)
  const { session, call } = await client()
  const stream = session.request({ ':method': 'POST', ':path': '/open' }, { endStream: false })
  stream.on('error', () => {}).resume()
  let status: unknown
  stream.once('response', (headers) => {
    status = headers[':status']
  })
  stream.write('some')
  await until(() => status !== undefined, 'it is answered', 30_000)
  t.equal(status, 408)
  t.match(await gateway.line(), { status: 408, error: 'GW_SLOW_CLIENT' })
  t.equal((await call('/open')).status, 200)
})

t.test('a stream whose answer is not read is reset; the streams beside it go on', async (t) => {
  const upstream = await recordingUpstream(t, ({ url }, response) =>
    response.end(url.endsWith('?large') ? Buffer.alloc(20_000_000) : 'small'),
  )
  const { client, gateway } = await stand(t, upstream.url)
  const { session, call } = await client()
  // Nobody listens to what comes: the window of the stream fills and stays full.
  const stream = session.request({ ':path': '/open?large' })
  let reset = false
  stream.on('error', () => {}).pause()
  stream.once('close', () => {
    reset = true
  })
  const asking = setInterval(() => void call('/open').catch(() => {}), 500)
  t.teardown(() => clearInterval(asking))
  await until(() => gateway.log.some(({ error }) => error === 'GW_SLOW_CLIENT'), 'it is given up', 30_000)
  clearInterval(asking)
  stream.resume()
  await until(() => reset, 'its client hears of it')
  t.not(stream.rstCode, 0)
  t.equal((await call('/open')).text, 'small')
})

t.test('connections that speak TLS make room as others do, idle ones first', async (t) => {
  const upstream = await recordingUpstream(t)
  const { client, gateway, authority } = await stand(t, upstream.url, { CONNECTIONS: '10' })
  const kept = await client()
  let over = 0
  for (let n = 0; n < 25; n++) {
    await new Promise<void>((resolve, reject) => {
      const options = { port: gateway.port, host: '127.0.0.1', servername: 'localhost', ca: authority.cert }
      const socket = connect(options, resolve)
      socket.once('error', reject)
      socket.once('close', () => over++)
      socket.resume()
      t.teardown(() => socket.destroy())
    })
    // What is in use is not idle for longest.
    t.equal((await kept.call('/open')).status, 200)
  }
  await until(() => over === 25 - 9, 'the oldest of the silent ones are closed')
  const agent = new Agent({ ca: authority.cert, servername: 'localhost', keepAlive: true })
  t.teardown(() => agent.destroy())
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const call = request({ port: gateway.port, host: '127.0.0.1', path: '/open', agent }, (answer) =>
      answer.resume().once('end', () => resolve(answer.statusCode)),
    )
    call.once('error', reject).end()
  })
  t.equal(status, 200, 'and with HTTP/1.1 over TLS')
})
