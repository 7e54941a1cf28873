import { createTestIssuer } from '@stockgate/test-kit'
import t from 'tap'
import type { AdminApp } from '../../../src/admin/http/listener.ts'
import { startListener } from './listener.ts'

const routes = (app: AdminApp) => {
  app.get('/read', { config: { access: 'ops:read' } }, async (request) => ({ operator: request.operator }))
  app.post('/write', { config: { access: 'ops:write', action: 'test.write' } }, async (request) => ({
    operator: request.operator,
  }))
  app.get('/open', { config: { access: 'open' } }, async (request) => ({ operator: request.operator }))
}

t.test('a route asks for the scope it states, and no other scope opens it', async (t) => {
  const { call } = await startListener(t, routes)
  t.equal((await call('/read', { scopes: 'ops:read' })).status, 200)
  t.equal((await call('/write', { method: 'POST', scopes: 'ops:write' })).status, 200)
  for (const [method, target, scopes, missing] of [
    ['GET', '/read', 'ops:write', 'ops:read'],
    ['HEAD', '/read', 'ops:write', 'ops:read'],
    ['POST', '/write', 'ops:read', 'ops:write'],
    ['POST', '/write', 'things:read ops:write2', 'ops:write'],
    ['GET', '/read', '', 'ops:read'],
  ] as const) {
    const answer = await call(target, { method, scopes })
    t.equal(answer.status, 403, `${method} ${target} with "${scopes}"`)
    t.match(answer.headers['www-authenticate'], `error="insufficient_scope", scope="${missing}"`)
    if (method !== 'HEAD') t.equal(answer.json.detail, `This call needs the scope ${missing}.`)
  }
})

t.test('without a token, or with one that is not good, the answer is 401 with a challenge', async (t) => {
  const { call, issuer } = await startListener(t, routes)
  const stranger = await createTestIssuer(t, { issuer: issuer.issuer })
  const none = await call('/read', { scopes: null })
  t.equal(none.status, 401)
  t.match(none.headers['www-authenticate'], /^Bearer realm="stockgate admin", DPoP algs="[\w ]+"$/)
  t.equal(none.json.type, 'https://api.test/problems/unauthenticated')
  const past = Math.floor(Date.now() / 1000) - 60
  const bad: Record<string, string> = {
    'another scheme': 'Basic b3BzOm9wcw==',
    'an API key': 'Bearer sgk_whatever',
    'no signature': `Bearer ${(await issuer.sign({ scope: 'ops:read' })).replace(/[^.]*$/, '')}`,
    'the key of somebody else': `Bearer ${await stranger.sign({ scope: 'ops:read' })}`,
    'over since a minute': `Bearer ${await issuer.sign({ scope: 'ops:read', exp: past })}`,
    'another audience': `Bearer ${await issuer.sign({ scope: 'ops:read', aud: 'https://else.test' })}`,
  }
  for (const [what, authorization] of Object.entries(bad)) {
    const answer = await call('/read', { scopes: null, headers: { authorization } })
    t.equal(answer.status, 401, what)
    t.match(answer.headers['www-authenticate'], /^Bearer realm=/, what)
    t.equal(answer.headers['content-type'], 'application/problem+json', what)
  }
})

t.test('a token is asked for before anything of a body is looked at', async (t) => {
  const { call } = await startListener(t, routes)
  t.equal((await call('/write', { method: 'POST', scopes: null, body: '{' })).status, 401)
  t.equal((await call('/write', { method: 'POST', scopes: 'ops:read', body: '{' })).status, 403)
})

t.test('an open route asks for nothing and looks at no token', async (t) => {
  const { call } = await startListener(t, routes)
  for (const headers of [{}, { authorization: 'Bearer nonsense' }])
    t.same((await call('/open', { scopes: null, headers })).json, { operator: '' })
})

t.test('a route that states no access does not boot', async (t) => {
  await t.rejects(
    startListener(t, (app) => {
      app.get('/forgotten', async () => ({}))
    }),
    { message: 'GET /forgotten does not state its access' },
  )
})

t.test('the operator is the client, with the person behind it, in a form that breaks no line', async (t) => {
  const { call } = await startListener(t, routes)
  const operator = async (claims: Record<string, unknown>) => (await call('/read', { claims })).json.operator
  t.equal(await operator({}), 'ops')
  t.equal(await operator({ sub: 'alice' }), 'ops (alice)')
  t.equal(await operator({ sub: 'a\nb\u2028c\u0007' }), 'ops (a?b?c?)')
  t.equal(String(await operator({ sub: 'x'.repeat(250) })).length, 'ops ()'.length + 128)
})

t.test('while the keys of the issuer were never reached, nobody is refused for good', async (t) => {
  const { call } = await startListener(t, routes, { keys: 'http://127.0.0.1:2/jwks.json' })
  const answer = await call('/read')
  t.equal(answer.status, 503)
  t.equal(answer.headers['retry-after'], '1')
})
