import { recordingUpstream } from '@stockgate/test-kit'
import t from 'tap'
import { answersIn, call, exchange, rawRequest } from '../../kit/call.ts'
import { startGateway } from '../../kit/gateway.ts'

/** Written down here once more, so that a name lost from the list of the gateway is missed. */
const NAMES = [
  'Authorization',
  'Cf-Access-Jwt-Assertion',
  'Cf-Connecting-Ip',
  'Client-Cert',
  'Client-Cert-Chain',
  'Client-Ip',
  'DPoP',
  'Fastly-Client-Ip',
  'Forwarded',
  'Front-End-Https',
  'Proxy',
  'Proxy-Authorization',
  'Proxy-Client-Ip',
  'Remote-Addr',
  'Remote-Groups',
  'Remote-User',
  'Ssl-Client-Cert',
  'Ssl-Client-S-Dn',
  'True-Client-Ip',
  'Via',
  'Wl-Proxy-Client-Ip',
  'X-Access-Token',
  'X-Account-Id',
  'X-Amzn-Mtls-Clientcert',
  'X-Amzn-Oidc-Data',
  'X-Amzn-Oidc-Identity',
  'X-Auth-Request-Email',
  'X-Auth-Request-User',
  'X-Authenticated-Userid',
  'X-Caller',
  'X-Client-Cert',
  'X-Client-Id',
  'X-Client-Ip',
  'X-Cluster-Client-Ip',
  'X-Consumer-Id',
  'X-Consumer-Username',
  'X-Credential-Username',
  'X-Email',
  'X-Endpoint-Api-Userinfo',
  'X-Envoy-External-Address',
  'X-Envoy-Internal',
  'X-Forwarded',
  'X-Forwarded-Client-Cert',
  'X-Forwarded-For',
  'X-Forwarded-Host',
  'X-Forwarded-Port',
  'X-Forwarded-Prefix',
  'X-Forwarded-Proto',
  'X-Forwarded-Scheme',
  'X-Forwarded-Server',
  'X-Forwarded-Ssl',
  'X-Forwarded-User',
  'X-Goog-Authenticated-User-Email',
  'X-Goog-Iap-Jwt-Assertion',
  'X-Groups',
  'X-Hasura-Role',
  'X-Host',
  'X-Http-Method',
  'X-Http-Method-Override',
  'X-Identity',
  'X-Jwt-Assertion',
  'X-Method-Override',
  'X-Ms-Client-Principal',
  'X-Ms-Client-Principal-Name',
  'X-On-Behalf-Of',
  'X-Organization-Id',
  'X-Original-Forwarded-For',
  'X-Original-Host',
  'X-Original-Url',
  'X-Originating-Ip',
  'X-Permissions',
  'X-Pomerium-Jwt-Assertion',
  'X-Principal',
  'X-Real-Ip',
  'X-Remote-Addr',
  'X-Remote-Ip',
  'X-Remote-User',
  'X-Request-Id',
  'X-Rewrite-Url',
  'X-Role',
  'X-Roles',
  'X-Scopes',
  'X-Ssl-Client-Verify',
  'X-Stockgate-Client',
  'X-Subject',
  'X-Tenant',
  'X-Tenant-Id',
  'X-User',
  'X-User-Email',
  'X-User-Id',
  'X-User-Name',
  'X-User-Roles',
  'X-Userinfo',
  'X-Username',
  'X-Webauth-User',
]

const SPELLINGS: Record<string, (name: string) => string> = {
  'as it is': (name) => name,
  'in small letters': (name) => name.toLowerCase(),
  'in capitals': (name) => name.toUpperCase(),
  'in mixed letters': (name) =>
    [...name].map((c, at) => (at % 2 ? c.toUpperCase() : c.toLowerCase())).join(''),
  'with underscores': (name) => name.replaceAll('-', '_'),
  'with underscores, in capitals': (name) => name.replaceAll('-', '_').toUpperCase(),
  'with one underscore': (name) => name.replace('-', '_'),
  'with dots': (name) => name.replaceAll('-', '.'),
}

t.test(
  'what a client claims about itself stays at the edge, by every name and in every spelling',
  async (t) => {
    const upstream = await recordingUpstream(t)
    const gateway = await startGateway(t, { upstream: upstream.url, env: { HEADER_COUNT: '200' } })
    t.ok(NAMES.length >= 60)
    for (const [spelling, spell] of Object.entries(SPELLINGS)) {
      const headers = ['Host: x', 'Harmless: canary', ...NAMES.map((name) => `${spell(name)}: canary`)]
      const others = headers.filter((line) => !/^authorization:/i.test(line))
      const [open] = answersIn(await exchange(gateway.port, rawRequest('GET /open', others)))
      t.equal(open?.status, 200, spelling)
      const { rawHeaders = [] } = upstream.requests.at(-1) ?? {}
      const carriers = rawHeaders.filter((_name, at) => rawHeaders[at + 1] === 'canary')
      const expected = /dpop/i.test(carriers.join()) ? ['Harmless', 'dpop'] : ['Harmless']
      t.same(carriers, expected, `${spelling}: on a public route a proof may travel to whoever asks for it`)
    }
    t.equal(upstream.requests.length, Object.keys(SPELLINGS).length)
  },
)

t.test(
  'they stay at the edge in trailers too, and where Connection names them the call is 400',
  async (t) => {
    const upstream = await recordingUpstream(t)
    const gateway = await startGateway(t, { upstream: upstream.url })
    for (const name of NAMES) {
      const body = `1\r\na\r\n0\r\n${name}: canary\r\n\r\n`
      const headers = ['Host: x', 'Transfer-Encoding: chunked', `Trailer: ${name}`]
      const [answer] = answersIn(await exchange(gateway.port, rawRequest('POST /open', headers, body)))
      t.equal(answer?.status, 200, name)
      t.notMatch(JSON.stringify(upstream.requests.at(-1)), /canary/)
      if (name === 'Proxy-Authorization') continue
      const named = await call(gateway.url, '/open', {
        headers: { connection: `close, ${name.toLowerCase()}` },
      })
      t.equal(named.status, 400)
    }
    t.equal(upstream.requests.length, NAMES.length)
  },
)

t.test('what the gateway says arrives once, whatever the client says', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url })
  const { authorization } = await gateway.auth()
  const lies = NAMES.filter((name) => !/^(?:authorization|dpop)$/i.test(name)).map(
    (name) => `${name}: canary`,
  )
  const headers = ['Host: x', `Authorization: ${authorization}`, 'Traceparent: canary', ...lies]
  const env = rawRequest('GET /things', headers.slice(0, 99))
  t.equal(answersIn(await exchange(gateway.port, env))[0]?.status, 200)
  const { rawHeaders = [], headers: seen } = upstream.requests[0] ?? {}
  for (const name of [
    'authorization',
    'forwarded',
    'host',
    'traceparent',
    'via',
    'x-forwarded-for',
    'x-request-id',
  ]) {
    t.equal(rawHeaders.filter((one, at) => at % 2 === 0 && one.toLowerCase() === name).length, 1, name)
    t.not(seen?.[name], 'canary')
  }
  t.not(seen?.authorization, authorization, 'a token of the gateway, not the one of the client')
})
