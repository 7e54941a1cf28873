import { errorWith } from '@stockgate/test-kit'
import * as oauth from 'openid-client'
import t from 'tap'
import { AUDIENCE, discover, readToken, startIssuer } from './issuer.ts'

const PRODUCTS = 'urn:stockgate:products'

t.test('an access token has the header and the claims of RFC 9068', async (t) => {
  const { issuer } = await startIssuer(t)
  const { access_token, expires_in, token_type } = await oauth.clientCredentialsGrant(
    await discover(issuer, 'manager'),
  )
  const { header, claims } = await readToken(issuer, access_token)
  t.match(header, { alg: 'ES256', typ: 'at+jwt', kid: String })
  t.match(claims, { iss: issuer, aud: AUDIENCE, sub: 'manager', client_id: 'manager', jti: /.{16}/ })
  t.equal(Number(claims.exp) - Number(claims.iat), 600)
  t.equal(expires_in, 600)
  t.equal(token_type, 'bearer')
})

t.test('demo acts for user 42', async (t) => {
  const { issuer } = await startIssuer(t)
  const { access_token } = await oauth.clientCredentialsGrant(await discover(issuer, 'demo'))
  t.match((await readToken(issuer, access_token)).claims, { sub: '42', client_id: 'demo' })
})

t.test('a client that names no scope gets all of its own, and is told which', async (t) => {
  const { issuer } = await startIssuer(t)
  const granted = await oauth.clientCredentialsGrant(await discover(issuer, 'demo'))
  t.equal(granted.scope, 'products:read stock:read orders:read orders:write')
  t.equal((await readToken(issuer, granted.access_token)).claims.scope, granted.scope)
})

t.test('a client that names some scopes gets just those', async (t) => {
  const { issuer } = await startIssuer(t)
  const config = await discover(issuer, 'demo')
  const { scope } = await oauth.clientCredentialsGrant(config, { scope: 'stock:read products:read' })
  t.equal(scope, 'stock:read products:read')
})

for (const scope of ['stock:write', 'products:read ops:write', 'no:such', 'nonsense'])
  t.test(`demo is refused the scope "${scope}"`, async (t) => {
    const { issuer } = await startIssuer(t)
    const config = await discover(issuer, 'demo')
    await t.rejects(
      oauth.clientCredentialsGrant(config, { scope }),
      errorWith({ status: 400, error: 'invalid_scope' }),
    )
  })

t.test('a wrong secret is 401 with a challenge, and the log names the client but no secret', async (t) => {
  const { issuer, log } = await startIssuer(t)
  const config = await discover(issuer, 'demo', 'not-the-secret')
  const refused = await oauth.clientCredentialsGrant(config).catch((error: unknown) => error)
  t.match(refused, { status: 401 })
  const answer = await tokenRequest(issuer, 'demo', 'not-the-secret')
  t.match(answer.headers.get('www-authenticate'), /^Basic .*error="invalid_client"/)
  t.match(await answer.json(), { error: 'invalid_client' })
  t.ok(log.some((line) => line.client === 'demo' && line.error === 'invalid_client'))
  t.notMatch(JSON.stringify(log), /not-the-secret/)
})

t.test('an unknown client is answered like a wrong secret', async (t) => {
  const { issuer } = await startIssuer(t)
  const [unknown, wrong] = await Promise.all([
    tokenRequest(issuer, 'nobody', 'whatever'),
    tokenRequest(issuer, 'demo', 'whatever'),
  ])
  t.equal(unknown.status, 401)
  t.same(await unknown.json(), await wrong.json())
})

t.test('the secret may stand in the body too, but not in both places', async (t) => {
  const { issuer } = await startIssuer(t)
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: 'demo',
    client_secret: 'demo-secret',
  })
  t.equal((await fetch(`${issuer}/token`, { method: 'POST', body })).status, 200)
  const headers = { authorization: `Basic ${Buffer.from('demo:demo-secret').toString('base64')}` }
  t.equal((await fetch(`${issuer}/token`, { method: 'POST', body, headers })).status, 400)
})

t.test('orders gets a token for the products service', async (t) => {
  const { issuer } = await startIssuer(t)
  const config = await discover(issuer, 'orders')
  const { access_token, scope } = await oauth.clientCredentialsGrant(config, { resource: PRODUCTS })
  t.match((await readToken(issuer, access_token)).claims, {
    aud: PRODUCTS,
    sub: 'orders',
    client_id: 'orders',
  })
  t.equal(scope, 'products:read reservations:read reservations:write stock:read')
})

for (const client of ['demo', 'warehouse', 'manager', 'ops'])
  t.test(`${client} gets none for the products service`, async (t) => {
    const { issuer } = await startIssuer(t)
    const config = await discover(issuer, client)
    const asked = oauth.clientCredentialsGrant(config, { resource: PRODUCTS })
    await t.rejects(asked, errorWith({ status: 400, error: 'invalid_target' }))
  })

t.test('nobody gets a token for an audience of their own choice', async (t) => {
  const { issuer } = await startIssuer(t)
  const config = await discover(issuer, 'orders')
  for (const resource of ['https://elsewhere.test', `${AUDIENCE}/`, 'urn:stockgate:orders'])
    await t.rejects(
      oauth.clientCredentialsGrant(config, { resource }),
      errorWith({ error: 'invalid_target' }),
      resource,
    )
})

function tokenRequest(issuer: string, client: string, secret: string): Promise<Response> {
  return fetch(`${issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${client}:${secret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  })
}
