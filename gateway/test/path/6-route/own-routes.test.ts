import { problems } from '@stockgate/problem'
import t from 'tap'
import { call } from '../../kit/call.ts'
import { PUBLIC_URL, startGateway } from '../../kit/gateway.ts'

t.test('the first page links to what there is, and every link works', async (t) => {
  const gateway = await startGateway(t)
  const { status, json } = await call(gateway.url, '/')
  t.equal(status, 200)
  const headers = await gateway.auth()
  for (const link of Object.values(json.links as Record<string, string>)) {
    t.ok(link.startsWith(`${PUBLIC_URL}/`))
    t.equal((await call(gateway.url, link.slice(PUBLIC_URL.length), { headers })).status, 200, link)
  }
})

t.test('the protected resource metadata says who issues tokens and which scopes there are', async (t) => {
  const gateway = await startGateway(t)
  const { headers, json } = await call(gateway.url, '/.well-known/oauth-protected-resource')
  t.equal(headers['content-type'], 'application/json')
  t.match(json, {
    resource: PUBLIC_URL,
    authorization_servers: [gateway.issuer.issuer],
    bearer_methods_supported: ['header'],
    scopes_supported: ['things:read'],
  })
})

t.test('liveness and readiness answer as health+json', async (t) => {
  const gateway = await startGateway(t)
  for (const target of ['/livez', '/readyz']) {
    const answer = await call(gateway.url, target)
    t.equal(answer.status, 200)
    t.equal(answer.headers['content-type'], 'application/health+json')
    t.equal(answer.json.status, 'pass')
  }
  t.equal((await call(gateway.url, '/livez', { method: 'HEAD' })).text, '')
})

t.test('every problem type has a page, as JSON and for people', async (t) => {
  const gateway = await startGateway(t)
  for (const { slug, title, status } of Object.values(problems)) {
    const { json } = await call(gateway.url, `/problems/${slug}`)
    t.match(json, { title, status })
  }
  const page = await call(gateway.url, '/problems/not-found', { headers: { accept: 'text/html' } })
  t.match(page.headers['content-type'], /^text\/html/)
  t.match(page.text, /<h1>Not found<\/h1>/)
  t.equal(page.headers['content-security-policy'], "default-src 'none', frame-ancestors 'none'")
  t.equal((await call(gateway.url, '/problems/nonsense')).status, 404)
  t.equal((await call(gateway.url, '/problems/constructor')).status, 404)
})

t.test('a service may have the first page, and then it is the one that is shown', async (t) => {
  const manifest = { service: 'shop', routes: [{ path: '/', methods: ['GET'], auth: 'public' }] }
  const gateway = await startGateway(t, { manifests: [manifest] })
  t.equal((await call(gateway.url, '/')).status, 503, 'the service is not there')
})

t.test('nothing of the admin side is on the public port', async (t) => {
  const gateway = await startGateway(t)
  for (const target of ['/policy', '/admin', '/metrics', '/admin/policy'])
    t.equal((await call(gateway.url, target)).status, 404, target)
})
