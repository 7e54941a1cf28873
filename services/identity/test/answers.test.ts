import { once } from 'node:events'
import { connect } from 'node:net'
import t from 'tap'
import { startIssuer } from './issuer.ts'

t.test('what is not here is a 404 problem', async (t) => {
  const { issuer } = await startIssuer(t)
  const origin = new URL(issuer).origin
  for (const path of [
    '/',
    '/identity',
    '/identity/',
    '/identity/TOKEN',
    '/identity/token/',
    '/token',
    '/identity/me',
  ])
    for (const method of ['GET', 'POST', 'DELETE']) {
      const response = await fetch(origin + path, { method })
      t.equal(response.status, 404, `${method} ${path}`)
      t.equal(response.headers.get('content-type'), 'application/problem+json')
      t.match(await response.json(), {
        type: `${origin}/problems/not-found`,
        trace_id: response.headers.get('x-request-id'),
      })
    }
})

t.test(
  'a path that is no valid percent-encoding, and a message that is no HTTP, are 400 problems',
  async (t) => {
    const { issuer } = await startIssuer(t)
    const response = await fetch(`${issuer}/auth/%zz`)
    t.equal(response.status, 400)
    t.equal(response.headers.get('content-type'), 'application/problem+json')
    const socket = connect(Number(new URL(issuer).port), '127.0.0.1', () => socket.write('nonsense\r\n\r\n'))
    const [answer] = (await once(socket, 'data')) as [Buffer]
    t.match(answer.toString(), /^HTTP\/1\.1 400 .*application\/problem\+json/s)
  },
)

t.test('endpoints that were not asked for do not exist', async (t) => {
  const { issuer } = await startIssuer(t)
  for (const path of [
    '/reg',
    '/token/introspection',
    '/token/revocation',
    '/me',
    '/device',
    '/request',
    '/session/end',
  ])
    t.equal((await fetch(issuer + path, { method: 'POST' })).status, 404, path)
})

t.test('another method is a 405 problem with Allow', async (t) => {
  const { issuer } = await startIssuer(t)
  for (const [path, method, allow] of [
    ['/token', 'GET', 'POST, OPTIONS'],
    ['/jwks', 'POST', 'GET, HEAD, OPTIONS'],
    ['/auth', 'POST', 'GET, HEAD, OPTIONS'],
    ['/interaction/x', 'PUT', 'GET, HEAD, POST, OPTIONS'],
  ] as const) {
    const response = await fetch(issuer + path, { method })
    t.equal(response.status, 405, path)
    t.equal(response.headers.get('allow'), allow)
    t.match(await response.json(), { title: 'Method not allowed here' })
  }
})

const requests: readonly (readonly [string, RequestInit])[] = [
  ['no body', {}],
  ['no grant type', { body: new URLSearchParams({ client_id: 'demo' }) }],
  ['JSON', { body: '{"grant_type":"client_credentials"}', headers: { 'content-type': 'application/json' } }],
  ['another grant', { body: credentials('password') }],
  ['broken authorization', { body: new URLSearchParams(), headers: { authorization: 'Basic %%%' } }],
  ['a bearer token', { body: new URLSearchParams(), headers: { authorization: 'Bearer abc' } }],
  ['NUL', { body: credentials('client_credentials', { scope: '\0' }) }],
  ['two scopes', { body: `${credentials('client_credentials')}&scope=a&scope=b`, headers: formType() }],
]
for (const [name, init] of requests)
  t.test(`a token request with ${name} is refused as OAuth says`, async (t) => {
    const { issuer } = await startIssuer(t)
    const response = await fetch(`${issuer}/token`, { method: 'POST', ...init })
    t.ok(response.status === 400 || response.status === 401, `status ${response.status}`)
    t.match(response.headers.get('content-type'), /^application\/json/)
    t.equal(response.headers.get('cache-control'), 'no-store')
    t.match(await response.json(), { error: /^(invalid_|unsupported_)/ })
  })

t.test(
  'an authorization request that cannot be answered is JSON for programs and a page for browsers',
  async (t) => {
    const { issuer } = await startIssuer(t)
    const url = `${issuer}/auth?client_id=<script>`
    const program = await fetch(url)
    t.equal(program.status, 400)
    t.match(await program.json(), { error: 'invalid_client' })
    const browser = await fetch(url, { headers: { accept: 'text/html' } })
    t.equal(browser.status, 400)
    t.match(browser.headers.get('content-type'), /^text\/html/)
    t.notMatch(await browser.text(), /<script/)
  },
)

t.test('a sign-in that is not under way is a 404, as a problem or as a page', async (t) => {
  const { issuer } = await startIssuer(t)
  const url = `${issuer}/interaction/none`
  const program = await fetch(url, { method: 'POST', body: new URLSearchParams({ user: '42' }) })
  t.equal(program.status, 404)
  t.equal(program.headers.get('content-type'), 'application/problem+json')
  const browser = await fetch(url, { headers: { accept: 'text/html' } })
  t.equal(browser.status, 404)
  t.match(await browser.text(), /Start again/)
})

t.test('a form that cannot be meant is refused before it is read', async (t) => {
  const { issuer } = await startIssuer(t)
  const url = `${issuer}/interaction/none`
  t.equal(
    (await fetch(url, { method: 'POST', body: new URLSearchParams({ user: 'x'.repeat(2 ** 21) }) })).status,
    413,
  )
  t.equal(
    (await fetch(url, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } }))
      .status,
    415,
  )
})

t.test('with the sign-in off, the code grant is refused and its pages do not exist', async (t) => {
  const { issuer } = await startIssuer(t, { signIn: false })
  t.equal((await fetch(`${issuer}/interaction/x`)).status, 404)
  const query = 'response_type=code&code_challenge_method=S256&redirect_uri=http://127.0.0.1/callback'
  const response = await fetch(`${issuer}/auth?client_id=demo&${query}&code_challenge=${'a'.repeat(43)}`)
  t.equal(response.status, 400)
  const token = await fetch(`${issuer}/token`, { method: 'POST', body: credentials('client_credentials') })
  t.equal(token.status, 200)
})

t.test('health is public and says pass', async (t) => {
  const { issuer } = await startIssuer(t)
  for (const path of ['/livez', '/readyz']) {
    const response = await fetch(new URL(path, issuer))
    t.equal(response.status, 200)
    t.match(await response.json(), { status: 'pass' })
  }
})

function credentials(grant: string, more: Record<string, string> = {}): URLSearchParams {
  return new URLSearchParams({ grant_type: grant, client_id: 'demo', client_secret: 'demo-secret', ...more })
}

function formType() {
  return { 'content-type': 'application/x-www-form-urlencoded' }
}
