import { connect } from 'node:net'
import { recordingUpstream } from '@stockgate/test-kit'
import t from 'tap'
import { createAuthority } from '../../kit/authority.ts'
import { answersIn, rawRequest } from '../../kit/call.ts'
import { startGateway } from '../../kit/gateway.ts'
import { http2Client } from '../../kit/http2.ts'
import { exchangeOn, handshake, nameOf } from '../../kit/tls-client.ts'

/** A gateway that speaks TLS with certificates for these lists of names. */
async function secure(
  t: import('@stockgate/test-kit').TestScope,
  names: string[][] = [['localhost']],
  env = {},
) {
  const authority = createAuthority(t)
  const leaves = names.map((list) => authority.leaf(list, { days: 90 }))
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, {
    upstream: upstream.url,
    tls: { certs: leaves.map(({ certFile }) => certFile), keys: leaves.map(({ keyFile }) => keyFile) },
    env,
  })
  return { authority, gateway, upstream }
}

t.test('one port speaks HTTP/2 and HTTP/1.1 over TLS, and both reach the service', async (t) => {
  const { authority, gateway, upstream } = await secure(t)
  const first = await (await http2Client(t, gateway, authority)).call('/open')
  t.equal(first.status, 200)
  const socket = await handshake(gateway.port, authority, { ALPNProtocols: ['http/1.1'] })
  t.equal(socket.alpnProtocol, 'http/1.1')
  const [second] = answersIn(await exchangeOn(socket, rawRequest('GET /open', ['Host: localhost'])))
  t.equal(second?.status, 200)
  t.same(
    upstream.requests.map(({ headers }) => [headers.via, headers['x-forwarded-proto']]),
    [
      ['2.0 stockgate', 'https'],
      ['1.1 stockgate', 'https'],
    ],
  )
  t.match(first.headers['strict-transport-security'], /max-age/)
  t.match(second?.headers['strict-transport-security'], /max-age/)
})

t.test(
  'a client that offers no protocol gets HTTP/1.1; one that offers only others gets no connection',
  async (t) => {
    const { authority, gateway } = await secure(t)
    const socket = await handshake(gateway.port, authority)
    t.equal(socket.alpnProtocol, false)
    const [answer] = answersIn(await exchangeOn(socket, rawRequest('GET /livez', ['Host: localhost'])))
    t.equal(answer?.status, 200)
    await t.rejects(handshake(gateway.port, authority, { ALPNProtocols: ['ftp'] }), { code: /ALERT/ })
  },
)

t.test('TLS 1.0 and 1.1 are refused, 1.2 and 1.3 are spoken', async (t) => {
  const { authority, gateway } = await secure(t)
  for (const version of ['TLSv1', 'TLSv1.1'] as const)
    await t.rejects(
      handshake(gateway.port, authority, {
        minVersion: version,
        maxVersion: version,
        ciphers: 'ALL:@SECLEVEL=0',
      }),
      { code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION' },
      version,
    )
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    const socket = await handshake(gateway.port, authority, { minVersion: version, maxVersion: version })
    t.equal(socket.getProtocol(), version)
    t.match(socket.getCipher().standardName, /GCM|CHACHA20/, 'with an authenticated cipher')
    socket.destroy()
  }
})

t.test(
  'ciphers without forward secrecy or authentication are refused, and so is a client that renegotiates',
  async (t) => {
    const { authority, gateway } = await secure(t)
    for (const ciphers of ['AES128-GCM-SHA256', 'ECDHE-ECDSA-AES128-SHA', 'NULL-SHA256:@SECLEVEL=0'])
      await t.rejects(
        handshake(gateway.port, authority, { maxVersion: 'TLSv1.2', ciphers }),
        { code: /HANDSHAKE_FAILURE/ },
        ciphers,
      )
    const socket = await handshake(gateway.port, authority, { maxVersion: 'TLSv1.2' })
    const refused = await new Promise((resolve) => {
      socket.on('error', resolve)
      socket.renegotiate({}, (error) => error && resolve(error))
    })
    t.match(refused, { code: /NO_RENEGOTIATION/ })
    socket.destroy()
  },
)

t.test(
  'the certificate is chosen by the name asked for: itself, then a wildcard, else the first',
  async (t) => {
    const { authority, gateway } = await secure(t, [
      ['first.test'],
      ['*.wild.test', 'second.test'],
      ['api.wild.test'],
    ])
    const asked = async (servername: string | undefined) => {
      const options = { servername: servername ?? '', checkServerIdentity: () => undefined }
      const socket = await handshake(gateway.port, authority, options)
      const name = nameOf(socket)
      socket.destroy()
      return name
    }
    t.equal(await asked('first.test'), 'first.test')
    t.equal(await asked('second.test'), '*.wild.test')
    t.equal(await asked('shop.wild.test'), '*.wild.test')
    t.equal(await asked('SHOP.Wild.Test'), '*.wild.test')
    t.equal(await asked('api.wild.test'), 'api.wild.test', 'a name of its own goes before a wildcard')
    t.equal(await asked('a.b.wild.test'), 'first.test', 'a wildcard stands for one label')
    t.equal(await asked('wild.test'), 'first.test')
    t.equal(await asked('unknown.test'), 'first.test')
    t.equal(await asked(undefined), 'first.test')
  },
)

t.test(
  'HTTP/1.1 over TLS has the limits it has without: a header section that does not come is 408',
  async (t) => {
    const { authority, gateway } = await secure(t, undefined, { HEADERS_TIMEOUT_MS: '500' })
    const socket = await handshake(gateway.port, authority)
    const [answer] = answersIn(await exchangeOn(socket, 'GET /open HTTP/1.1\r\nHost: loc'))
    t.equal(answer?.status, 408)
    t.match(await gateway.line(), { status: 408, error: 'GW_REQUEST_TIMEOUT' })
    const big = await handshake(gateway.port, authority)
    const [large] = answersIn(
      await exchangeOn(big, rawRequest('GET /open', ['Host: localhost', `A: ${'b'.repeat(17_000)}`])),
    )
    t.equal(large?.status, 431)
  },
)

t.test(
  'a connection whose handshake does not come is closed in time, and so is one that says nothing in HTTP/2',
  async (t) => {
    const { authority, gateway } = await secure(t, undefined, { HEADERS_TIMEOUT_MS: '500' })
    const silent = connect(gateway.port, '127.0.0.1')
    const gone = new Promise((resolve) => silent.once('close', resolve))
    silent.on('error', () => {})
    await gone
    const { session } = await http2Client(t, gateway, authority)
    await new Promise((resolve) => session.once('close', resolve))
    t.pass('both are closed')
  },
)

t.test('plain HTTP on the port of TLS gets no answer, and the next client is served', async (t) => {
  const { authority, gateway } = await secure(t)
  const socket = connect(gateway.port, '127.0.0.1')
  let text = ''
  socket.on('data', (chunk) => {
    text += chunk
  })
  socket.on('error', () => {})
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  await new Promise((resolve) => socket.once('close', resolve))
  t.notMatch(text, /HTTP/)
  const { call } = await http2Client(t, gateway, authority)
  t.equal((await call('/livez')).status, 200)
})
