import { X509Certificate } from 'node:crypto'
import { request } from 'node:https'
import { recordingUpstream, type TestScope } from '@stockgate/test-kit'
import t from 'tap'
import { openTestKeys, WISH } from '../../kit/api-keys.ts'
import { type Authority, createAuthority, type Leaf } from '../../kit/authority.ts'
import { call as plainCall, seen } from '../../kit/call.ts'
import { holderKey, proofOf } from '../../kit/dpop.ts'
import { PUBLIC_URL, startGateway } from '../../kit/gateway.ts'
import { AUTHORITY, http2Client } from '../../kit/http2.ts'

const MANIFEST = {
  service: 'shop',
  routes: [
    { path: '/things', methods: ['GET'], auth: 'bearer', scopes: [] },
    { path: '/certified', methods: ['GET'], auth: 'bearer', scopes: [], proof: 'certificate' },
    { path: '/either', methods: ['GET'], auth: 'bearer', scopes: [], proof: 'any' },
  ],
}
type Headers = Readonly<Record<string, string>>

/** The thumbprint as an issuer writes it, found without any code of the gateway. */
function thumbprint({ cert }: Leaf): string {
  const { fingerprint256 } = new X509Certificate(cert)
  return Buffer.from(fingerprint256.replaceAll(':', ''), 'hex').toString('base64url')
}

async function shop(t: TestScope) {
  const authority = createAuthority(t)
  const server = authority.leaf([AUTHORITY])
  const upstream = await recordingUpstream(t)
  const { keys } = await openTestKeys(t)
  const gateway = await startGateway(t, {
    upstream: upstream.url,
    manifests: [MANIFEST],
    keys,
    env: {
      HOSTS: '*',
      TLS_CERT: server.certFile,
      TLS_KEY: server.keyFile,
      TLS_CLIENT_CA: authority.certFile,
    },
    tls: { certs: [server.certFile], keys: [server.keyFile], clientCa: authority.certFile },
  })
  const [mine, theirs] = [authority.client('mine'), authority.client('theirs')]
  const bound = (leaf: Leaf, cnf = {}) =>
    gateway.issuer.sign({ scope: 'things:read', cnf: { 'x5t#S256': thumbprint(leaf), ...cnf } })
  const call = (path: string, headers: Headers, client?: Leaf) =>
    secureCall(gateway.port, authority, path, headers, client)
  return { authority, upstream, gateway, keys, mine, theirs, bound, call }
}

/** One request over HTTP/1.1 with TLS, with a certificate or without. */
function secureCall(port: number, { cert: ca }: Authority, path: string, headers: Headers, client?: Leaf) {
  return new Promise<{ status: number; challenge: string }>((resolve, reject) => {
    const own = client && { cert: client.cert, key: client.key }
    const options = {
      host: '127.0.0.1',
      port,
      path,
      headers,
      ca,
      servername: AUTHORITY,
      agent: false,
      ...own,
    }
    const outgoing = request(options, (answer) => {
      const challenge = String(answer.headers['www-authenticate'] ?? '')
      answer.resume()
      answer.once('end', () => resolve({ status: answer.statusCode ?? 0, challenge }))
    })
    outgoing.once('error', reject)
    outgoing.end()
  })
}

t.test(
  'a token that is bound to a certificate is good on connections with that certificate alone',
  async (t) => {
    const { upstream, gateway, mine, theirs, bound, call } = await shop(t)
    const token = await bound(mine)
    const headers = { authorization: `Bearer ${token}` }
    for (const path of ['/things', '/certified', '/either'])
      t.equal((await call(path, headers, mine)).status, 200, path)
    t.notOk(seen(upstream).rawHeaders.join().includes(token))
    for (const [path, client] of [
      ['/things', theirs],
      ['/things', undefined],
      ['/certified', theirs],
      ['/usage', theirs],
    ] as const) {
      const { status, challenge } = await call(path, headers, client)
      t.equal(status, 401, path)
      t.match(
        challenge,
        /^Bearer resource_metadata="[^"]+", error="invalid_token", error_description="The token is bound to/,
      )
    }
    t.match(await gateway.line(7), { error: 'GW_BAD_PROOF', cause: 'CERTIFICATE', client: null })
    t.equal(upstream.requests.length, 3)
  },
)

t.test('over HTTP/2 it is the same, for proofs of keys too', async (t) => {
  const { authority, upstream, gateway, mine, theirs, bound } = await shop(t)
  const authorization = `Bearer ${await bound(mine)}`
  const [own, other] = [
    await http2Client(t, gateway, authority, { client: mine }),
    await http2Client(t, gateway, authority, { client: theirs }),
  ]
  for (let i = 0; i < 2; i++) {
    t.equal((await own.call('/things', { headers: { authorization } })).status, 200)
    t.equal((await other.call('/things', { headers: { authorization } })).status, 401)
  }
  const holder = await holderKey()
  const token = await gateway.issuer.sign({ cnf: { jkt: holder.thumbprint } })
  const dpop = await proofOf(holder, { token })
  const proven = { headers: { authorization: `DPoP ${token}`, dpop } }
  t.equal((await own.call('/things?page=2', proven)).status, 200)
  t.equal((await own.call('/things?page=2', proven)).status, 401)
  t.notOk(seen(upstream, 2).rawHeaders.join().includes(dpop))
  const twice = { headers: { authorization: `DPoP ${token}`, dpop: [dpop, dpop] } }
  t.equal((await own.call('/things', twice)).status, 400)
})

t.test('a certificate in a header is no certificate', async (t) => {
  const { mine, bound, call, upstream } = await shop(t)
  const authorization = `Bearer ${await bound(mine)}`
  const pem = Buffer.from(mine.cert).toString('base64')
  for (const name of ['client-cert', 'x-client-cert', 'x-forwarded-client-cert', 'ssl-client-cert'])
    t.equal((await call('/things', { authorization, [name]: pem })).status, 401, name)
  t.same(upstream.requests, [])
})

t.test('a route that demands a certificate takes no other token, and no API key', async (t) => {
  const { upstream, gateway, keys, mine, bound, call } = await shop(t)
  const holder = await holderKey()
  const unbound = await gateway.auth()
  const { text } = await keys.create(WISH, 'ops')
  const keyed = await gateway.issuer.sign({ cnf: { jkt: holder.thumbprint } })
  const proof = await proofOf(holder, { token: keyed, path: '/certified' })
  for (const headers of [
    {},
    unbound,
    { 'x-api-key': text },
    { authorization: `DPoP ${keyed}`, dpop: proof },
  ]) {
    const { status, challenge } = await call('/certified', headers as Headers, mine)
    t.equal(status, 401)
    t.match(challenge, /^Bearer resource_metadata="[^"]+\/certified"/)
    t.notMatch(challenge, /DPoP|ApiKey/, 'what is not taken is not offered')
  }
  t.same(upstream.requests, [])
  const both = await bound(mine, { jkt: holder.thumbprint })
  const headers = { authorization: `DPoP ${both}`, dpop: await proofOf(holder, { token: both }) }
  t.equal((await call('/things', headers)).status, 401, 'bound to both, but without the certificate')
  const again = { ...headers, dpop: await proofOf(holder, { token: both }) }
  t.equal((await call('/things', again, mine)).status, 200)
  t.equal((await call('/things', { authorization: `Bearer ${both}` }, mine)).status, 401, 'without the proof')
})

t.test('the metadata says that certificates are taken', async (t) => {
  const { authority, gateway } = await shop(t)
  const { call } = await http2Client(t, gateway, authority)
  const { json } = await call('/.well-known/oauth-protected-resource/things')
  t.match(json, { resource: `${PUBLIC_URL}/things`, tls_client_certificate_bound_access_tokens: true })
})

t.test('without TLS nobody has a certificate, and tokens bound to one are refused', async (t) => {
  const gateway = await startGateway(t)
  const token = await gateway.issuer.sign({ scope: 'things:read', cnf: { 'x5t#S256': 'A'.repeat(43) } })
  const answer = await plainCall(gateway.url, '/things', { headers: { authorization: `Bearer ${token}` } })
  t.equal(answer.status, 401)
})

t.test('a token that is bound in a way nobody here knows is refused', async (t) => {
  const gateway = await startGateway(t)
  for (const cnf of [
    {},
    { kid: 'x' },
    { jwk: {} },
    null,
    'text',
    [],
    { jkt: 7 },
    { jkt: 'x', 'x5t#S256': 7 },
  ]) {
    const token = await gateway.issuer.sign({ scope: 'things:read', cnf })
    const answer = await plainCall(gateway.url, '/things', { headers: { authorization: `Bearer ${token}` } })
    t.equal(answer.status, 401, JSON.stringify(cnf))
  }
})
