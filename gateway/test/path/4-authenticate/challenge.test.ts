import { recordingUpstream } from '@stockgate/test-kit'
import t from 'tap'
import { call } from '../../kit/call.ts'
import { PUBLIC_URL, startGateway } from '../../kit/gateway.ts'

const METADATA = `resource_metadata="${PUBLIC_URL}/.well-known/oauth-protected-resource/things"`
const DPOP = 'DPoP algs="ES256 ES384 ES512 PS256 RS256 EdDSA Ed25519"'

t.test('without a token the challenge names the metadata and no error', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url })
  const absent = [{}, { authorization: '' }, { authorization: 'Basic abc' }, { authorization: 'Bearer' }]
  for (const headers of absent) {
    const answer = await call(gateway.url, '/things', { headers })
    t.equal(answer.status, 401)
    t.equal(answer.headers['www-authenticate'], `Bearer ${METADATA}, ${DPOP}`)
    t.equal(answer.headers['cache-control'], 'no-store')
  }
  t.same(upstream.requests, [])
})

t.test('with a bad token the challenge says what is wrong with it', async (t) => {
  const gateway = await startGateway(t)
  const headers = await gateway.auth('', { exp: 1 })
  const answer = await call(gateway.url, '/things', { headers })
  t.equal(
    answer.headers['www-authenticate'],
    `Bearer ${METADATA}, error="invalid_token", error_description="The token has expired", ${DPOP}`,
  )
  t.equal(answer.json.detail, 'The token has expired.')
})

t.test('a token in the query or in a cookie is no token', async (t) => {
  const gateway = await startGateway(t)
  const { authorization } = await gateway.auth()
  const token = authorization.slice(7)
  t.equal((await call(gateway.url, `/things?access_token=${token}`)).status, 401)
  t.equal((await call(gateway.url, '/things', { headers: { cookie: `access_token=${token}` } })).status, 401)
})

t.test('the name of the scheme is read in any case', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url })
  const { authorization } = await gateway.auth()
  for (const scheme of ['bearer', 'BEARER']) {
    const headers = { authorization: authorization.replace('Bearer', scheme) }
    t.equal((await call(gateway.url, '/things', { headers })).status, 200)
  }
})

t.test('a public route asks for nothing and hands the Authorization on untouched', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url })
  t.equal((await call(gateway.url, '/open', { headers: { authorization: 'Basic YTpi' } })).status, 200)
  t.equal(upstream.requests[0]?.headers.authorization, 'Basic YTpi')
  t.equal((await call(gateway.url, '/open')).status, 200)
  t.equal(upstream.requests[1]?.headers.authorization, undefined)
})

t.test('a route that was mounted without a plan is closed', async (t) => {
  const { buildApp } = await import('../../../src/app.ts')
  const { createGatewayParts } = await import('../../kit/gateway.ts')
  const app = buildApp(await createGatewayParts())
  app.get('/forgotten', () => 'secret')
  await app.listen({ host: '127.0.0.1', port: 0 })
  t.teardown(() => app.close())
  const { port } = app.server.address() as { port: number }
  t.equal((await call(`http://127.0.0.1:${port}`, '/forgotten')).status, 401)
})
