import { recordingUpstream } from '@stockgate/test-kit'
import t from 'tap'
import { answerHeaders } from '../../../src/path/8-upstream/answer-headers.ts'
import { call } from '../../kit/call.ts'
import { startGateway } from '../../kit/gateway.ts'
import { setStage, type Test } from './stage.ts'

const OK = 'HTTP/1.1 200 OK\r\n'
const REST = 'Content-Length: 2\r\n\r\nab'
const asIs = (location: string) => location

/** In any case, and as some readers would spell it. */
const KEPT_BACK = {
  'hop by hop': [
    'Connection',
    'Keep-Alive',
    'Proxy-Connection',
    'Proxy-Authenticate',
    'Proxy-Authorization',
  ].concat(['Proxy-Authentication-Info', 'TE', 'Trailer', 'Upgrade', 'HTTP2-Settings', 'Expect']),
  'said by the gateway alone': ['X-Request-Id', 'Strict-Transport-Security', 'X-Content-Type-Options'].concat(
    ['X-Frame-Options', 'Referrer-Policy', 'Cross-Origin-Resource-Policy', 'Timing-Allow-Origin'],
  ),
  'limits and costs': [
    'RateLimit',
    'RateLimit-Policy',
    'RateLimit-Remaining',
    'X-RateLimit-Limit',
    'X-Rate-Limit-Reset',
  ].concat(['X-RateLimit', 'Stockgate-Cost', 'Stockgate-Anything', 'X_RateLimit_Limit', 'stockgate_cost']),
  CORS: [
    'Access-Control-Allow-Origin',
    'Access-Control-Allow-Credentials',
    'Access-Control-Expose-Headers',
  ].concat(['Access-Control-Max-Age', 'Access_Control_Allow_Origin', 'ACCESS-CONTROL-ALLOW-METHODS']),
  'of the whole origin': [
    'Alt-Svc',
    'Clear-Site-Data',
    'NEL',
    'Report-To',
    'Reporting-Endpoints',
    'Expect-CT',
  ]
    .concat(['Public-Key-Pins', 'Service-Worker-Allowed', 'Accept-CH', 'Refresh', 'Surrogate-Control'])
    .concat(['CDN-Cache-Control', 'X-Permitted-Cross-Domain-Policies', 'Origin-Agent-Cluster']),
  'echoes of the request': [
    'Authorization',
    'Cookie',
    'X-API-Key',
    'DPoP',
    'Forwarded',
    'Via',
    'X-Forwarded-For',
  ].concat([
    'X-Forwarded-Host',
    'X-Forwarded',
    'X-Real-IP',
    'Traceparent',
    'Tracestate',
    'Host',
    'x_forwarded_for',
  ]),
  'from inside': [
    'Server',
    'X-Powered-By',
    'X-AspNet-Version',
    'X-AspNetMvc-Version',
    'X-Generator',
    'X-Runtime',
  ]
    .concat([
      'X-Accel-Redirect',
      'X-Accel-Buffering',
      'X-Sendfile',
      'X-Sendfile-Type',
      'X-Lighttpd-Send-File',
    ])
    .concat([
      'X-Reproxy-URL',
      'X-Envoy-Upstream-Service-Time',
      'X-Upstream-Address',
      'X-Backend-Server',
      'X-Served-By',
    ])
    .concat(['X-Original-URL', 'X-Rewrite-URL', 'X-Hostname']),
}
const TRAVEL = [
  'WWW-Authenticate',
  'Retry-After',
  'ETag',
  'Last-Modified',
  'Vary',
  'Allow',
  'Accept-Patch',
  'Age',
]
  .concat([
    'Content-Type',
    'Content-Encoding',
    'Content-Language',
    'Content-Range',
    'Content-Disposition',
    'Digest',
  ])
  .concat([
    'Deprecation',
    'Sunset',
    'Preference-Applied',
    'Idempotent-Replayed',
    'Cache-Status',
    'Server-Timing',
  ])
  .concat([
    'X-Mine',
    'Ratel',
    'X-Accelerator',
    'X-Forward',
    'Connections',
    'Constructor',
    'toString',
    'valueOf',
  ])

for (const [kind, names] of Object.entries(KEPT_BACK))
  t.test(`headers of a service stay behind that are ${kind}`, async (t) => {
    const lines = names.filter((name) => name !== 'Connection').map((name) => `${name}: canary\r\n`)
    const stage = await setStage(t, { lines: `${OK}${lines.join('')}X-Mine: kept\r\n${REST}` })
    const { headers, status, text } = await stage.perform(t as Test, 'lines')
    t.same([status, text, headers['x-mine']], [200, 'ab', 'kept'])
    t.notMatch(JSON.stringify(headers), 'canary')
    for (const name of names) t.same(answerHeaders({ [name.toLowerCase()]: 'x' }, asIs), {}, `${name} alone`)
  })

t.test('all other headers of a service travel as they are', async (t) => {
  const lines = TRAVEL.map((name) => `${name}: kept\r\n`).join('')
  const stage = await setStage(t, { lines: `${OK}${lines}${REST}` })
  const { headers } = await stage.perform(t as Test, 'lines')
  for (const name of TRAVEL) t.equal(headers[name.toLowerCase()], 'kept', name)
})

t.test(
  'what the Connection header of a service names stays behind, in any spelling, but for the length',
  async (t) => {
    const named = `Connection: X-Secret ,\tx-other,,X-THIRD\r\nConnection: content-length, x-more\r\n`
    const lines = 'X-Secret: canary\r\nx-OTHER: canary\r\nX-Third: canary\r\nX-More: canary\r\n'
    const stage = await setStage(t, { lines: `${OK}${named}${lines}${REST}` })
    const { headers, text } = await stage.perform(t as Test, 'lines')
    t.equal(text, 'ab')
    t.equal(headers['content-length'], '2')
    t.notMatch(JSON.stringify(headers), 'canary')
  },
)

t.test('a header named as the prototype of objects is none', async (t) => {
  const lines = '__proto__: canary\r\n__proto__: canary\r\n__Proto__: canary\r\n'
  const stage = await setStage(t, { lines: `${OK}${lines}${REST}` })
  const { headers, status } = await stage.perform(t as Test, 'lines')
  t.equal(status, 200)
  t.notMatch(JSON.stringify(headers), 'canary')
  t.notOk('0' in headers)
  t.equal(({} as Record<string, unknown>).canary, undefined)
})

t.test('8-bit bytes in a value travel as they are', async (t) => {
  const stage = await setStage(t, { bytes: `${OK}X-A: a\xe9\xff\x80b\r\nX-Tab: a\tb\r\n${REST}` })
  const { headers } = await stage.perform(t as Test, 'bytes')
  t.same([headers['x-a'], headers['x-tab']], ['a\xe9\xff\x80b', 'a\tb'])
})

t.test('a cookie of a service is one of our host alone, whatever domain it names', async (t) => {
  const upstream = await recordingUpstream(t, (_request, response) => {
    response.setHeader('set-cookie', [
      'a=1; Domain=example.com; Path=/; Secure',
      'b=2; path=/; DOMAIN = .example.com',
      'c=3; domain; HttpOnly',
      'domain=4; SameSite=Lax; Domain=a;Domain=b',
      'e="x; y"; Path=/domain',
    ])
    response.end()
  })
  const gateway = await startGateway(t, { upstream: upstream.url })
  t.same((await call(gateway.url, '/open')).headers['set-cookie'], [
    'a=1; Path=/; Secure',
    'b=2; path=/',
    'c=3; HttpOnly',
    'domain=4; SameSite=Lax',
    'e="x; y"; Path=/domain',
  ])
})

t.test('of two places none is told', async (t) => {
  t.same(answerHeaders({ location: ['/a', '/b'] as never }, asIs), {})
})

t.test('a link to a place that may not be told takes the others of its header with it', async (t) => {
  const relocate = (place: string) =>
    place.includes('inside') ? undefined : place.replace('http://shop', '')
  t.same(answerHeaders({ link: '</a>; rel="next", <http://shop/b>; rel=prev' }, relocate), {
    link: '</a>; rel="next", </b>; rel=prev',
  })
  t.same(answerHeaders({ link: '<http://inside/a>; rel="next", </b>; rel="prev"' }, relocate), {})
  t.same(answerHeaders({ link: '<//inside/a>' }, relocate), {})
  t.same(answerHeaders({ link: '</\t/inside/a>' }, relocate), {})
  t.same(answerHeaders({ link: '<?page=2>; rel="next"' }, relocate), { link: '<?page=2>; rel="next"' })
})
