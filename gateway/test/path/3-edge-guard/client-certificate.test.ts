import { createHash, X509Certificate } from 'node:crypto'
import { recordingUpstream, type TestScope } from '@stockgate/test-kit'
import type { FastifyRequest } from 'fastify'
import t from 'tap'
import { trail } from '../../../src/path/context.ts'
import { createAuthority, type Leaf } from '../../kit/authority.ts'
import { answersIn, rawRequest } from '../../kit/call.ts'
import { startGateway } from '../../kit/gateway.ts'
import { http2Client } from '../../kit/http2.ts'
import { exchangeOn, handshake } from '../../kit/tls-client.ts'

const thumbprint = (leaf: Leaf) =>
  createHash('sha256').update(new X509Certificate(leaf.cert).raw).digest('base64url')

/** A gateway that asks for client certificates of one authority, and what it found on each request. */
async function asking(t: TestScope, clock: () => number = Date.now) {
  const authority = createAuthority(t)
  const clients = createAuthority(t, 'Clients')
  const { certFile, keyFile } = authority.leaf(['localhost'], { days: 90 })
  const upstream = await recordingUpstream(t)
  const found: (string | null)[] = []
  const gateway = await startGateway(t, {
    upstream: upstream.url,
    clock,
    tls: { certs: [certFile], keys: [keyFile], clientCa: clients.certFile },
  })
  const look = (message: unknown): void => {
    const { request, stage } = message as { request: FastifyRequest; stage: string }
    if (stage === '6-route') found.push(request.clientCertificate)
  }
  trail.subscribe(look)
  t.teardown(() => trail.unsubscribe(look))
  return { authority, clients, gateway, upstream, found }
}

t.test(
  'the thumbprint of a client certificate is known on every request of its connection, in both protocols',
  async (t) => {
    const { authority, clients, gateway, found } = await asking(t)
    const client = clients.client('shop-1')
    const { call } = await http2Client(t, gateway, authority, { client })
    t.equal((await call('/open')).status, 200)
    t.equal((await call('/open')).status, 200)
    const socket = await handshake(gateway.port, authority, { client })
    const [answer] = answersIn(await exchangeOn(socket, rawRequest('GET /open', ['Host: localhost'])))
    t.equal(answer?.status, 200)
    t.same(found, [thumbprint(client), thumbprint(client), thumbprint(client)])
  },
)

t.test('a connection that is taken up again keeps its client certificate', async (t) => {
  const { authority, clients, gateway, found } = await asking(t)
  const client = clients.client('shop-1')
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    const pinned = { client, minVersion: version, maxVersion: version }
    const first = await handshake(gateway.port, authority, pinned)
    let session: Buffer | undefined
    first.once('data', () => {
      session = first.getSession()
    })
    await exchangeOn(first, rawRequest('GET /open', ['Host: localhost']))
    const again = await handshake(gateway.port, authority, { ...pinned, session })
    t.ok(again.isSessionReused(), version)
    await exchangeOn(again, rawRequest('GET /open', ['Host: localhost']))
  }
  t.same(found, Array(4).fill(thumbprint(client)))
})

t.test('no certificate is no fault: the request counts as one without', async (t) => {
  const { authority, gateway, found } = await asking(t)
  const { call } = await http2Client(t, gateway, authority)
  t.equal((await call('/open')).status, 200)
  t.same(found, [null])
})

t.test(
  'a certificate nobody vouches for, or that has ended, is 400 with its reason in the log alone',
  async (t) => {
    const { authority, clients, gateway, upstream } = await asking(t)
    const bad: [Leaf, string][] = [
      [createAuthority(t, 'Strangers').client('shop-1'), 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
      [clients.client('shop-1', { days: -1 }), 'CERT_HAS_EXPIRED'],
      [clients.leaf(['shop.test']), 'INVALID_PURPOSE'],
    ]
    for (const [at, [client, cause]] of bad.entries()) {
      const { call } = await http2Client(t, gateway, authority, { client })
      const answer = await call('/open')
      t.equal(answer.status, 400)
      t.equal(answer.json.detail, 'The client certificate is not accepted.')
      t.match(await gateway.line(at + 1), { status: 400, error: 'GW_CLIENT_CERTIFICATE', cause })
    }
    t.same(upstream.requests, [])
  },
)

t.test('a certificate that ends while its connection stands is not taken any longer', async (t) => {
  let now = Date.now()
  const { authority, clients, gateway } = await asking(t, () => now)
  const { call } = await http2Client(t, gateway, authority, { client: clients.client('shop-1', { days: 2 }) })
  t.equal((await call('/open')).status, 200)
  now += 3 * 86_400_000
  t.equal((await call('/open')).status, 400)
  t.match(await gateway.line(2), { error: 'GW_CLIENT_CERTIFICATE', cause: 'CERT_HAS_EXPIRED' })
})
