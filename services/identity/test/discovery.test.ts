import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as oauth from 'openid-client'
import t from 'tap'
import { discover, startIssuer } from './issuer.ts'

const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '../gateway.json'), 'utf8')) as {
  routes: { path: string; methods: string[]; auth: string }[]
}

t.test('openid-client discovers the issuer, and no endpoint is at another origin', async (t) => {
  const { issuer } = await startIssuer(t)
  const metadata = (await discover(issuer, 'demo')).serverMetadata()
  t.equal(metadata.issuer, issuer)
  t.equal(metadata.token_endpoint, `${issuer}/token`)
  t.equal(metadata.authorization_endpoint, `${issuer}/auth`)
  t.equal(metadata.jwks_uri, `${issuer}/jwks`)
  t.same(metadata.code_challenge_methods_supported, ['S256'])
  t.same(metadata.grant_types_supported, ['authorization_code', 'client_credentials'])
})

t.test('the same document stands where RFC 8414 looks for it', async (t) => {
  const { issuer } = await startIssuer(t)
  const found = await oauth.discovery(new URL(issuer), 'demo', 'demo-secret', undefined, {
    execute: [oauth.allowInsecureRequests],
    algorithm: 'oauth2',
  })
  t.equal(found.serverMetadata().token_endpoint, `${issuer}/token`)
})

t.test('no header of a request changes the addresses in the document', async (t) => {
  const { issuer } = await startIssuer(t)
  const response = await fetch(`${issuer}/.well-known/openid-configuration`, {
    headers: {
      'x-forwarded-host': 'evil.test',
      'x-forwarded-proto': 'https',
      forwarded: 'host=evil.test',
    },
  })
  t.notMatch(await response.text(), /evil|https:/)
})

t.test('the key set holds public ES256 keys only', async (t) => {
  const { issuer } = await startIssuer(t)
  const { keys } = (await (await fetch(`${issuer}/jwks`)).json()) as { keys: Record<string, unknown>[] }
  t.match(keys, [{ kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig', kid: String }])
  t.notOk(keys.some((key) => 'd' in key))
})

t.test('every route of the manifest is public and exists here', async (t) => {
  const { issuer } = await startIssuer(t)
  const origin = new URL(issuer).origin
  for (const { path, methods, auth } of manifest.routes) {
    t.equal(auth, 'public', path)
    for (const method of methods) {
      const response = await fetch(origin + path.replace('{uid}', 'none'), { method, redirect: 'manual' })
      await response.body?.cancel()
      const detail = `${method} ${path} answered ${response.status}`
      t.ok(response.status !== 405 && response.status < 500, detail)
      // An unknown interaction is a 404 of its own; the others answer as themselves.
      if (!path.includes('/interaction/')) t.not(response.status, 404, detail)
    }
  }
})

t.test('every endpoint of the metadata is in the manifest', async (t) => {
  const { issuer } = await startIssuer(t)
  const metadata = (await discover(issuer, 'demo')).serverMetadata()
  const paths = manifest.routes.map(({ path }) => path)
  for (const [name, value] of Object.entries(metadata))
    if (name.endsWith('_endpoint') || name === 'jwks_uri')
      t.ok(paths.includes(new URL(String(value)).pathname), name)
})

t.test('an issuer without a path works as well', async (t) => {
  const { issuer } = await startIssuer(t, { path: '' })
  t.equal((await discover(issuer, 'demo')).serverMetadata().issuer, issuer)
})
