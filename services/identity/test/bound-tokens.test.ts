import * as oauth from 'openid-client'
import t from 'tap'
import { discover, readToken, startIssuer } from './issuer.ts'

t.test('a client that shows a key gets a token bound to it; the others get tokens as ever', async (t) => {
  const { issuer } = await startIssuer(t)
  const config = await discover(issuer, 'demo')
  t.match(config.serverMetadata().dpop_signing_alg_values_supported, ['ES256'])
  const keys = await oauth.randomDPoPKeyPair('ES256')
  const DPoP = oauth.getDPoPHandle(config, keys)
  const bound = await oauth.clientCredentialsGrant(config, { scope: 'products:read' }, { DPoP })
  t.equal(bound.token_type, 'dpop')
  const { claims } = await readToken(issuer, bound.access_token)
  t.same(claims.cnf, { jkt: await DPoP.calculateThumbprint() })
  t.match(claims, { client_id: 'demo', sub: '42', scope: 'products:read' })

  const plain = await oauth.clientCredentialsGrant(config, { scope: 'products:read' })
  t.equal(plain.token_type, 'bearer')
  t.equal((await readToken(issuer, plain.access_token)).claims.cnf, undefined)
})

t.test('a proof that is none, or was used before, gets no token', async (t) => {
  const { issuer } = await startIssuer(t)
  const config = await discover(issuer, 'demo')
  const proofs: string[] = []
  const keep: typeof fetch = (url, options) => {
    const proof = new Headers(options?.headers).get('dpop')
    if (proof !== null) proofs.push(proof)
    return fetch(url, options)
  }
  config[oauth.customFetch] = keep as oauth.CustomFetch
  const DPoP = oauth.getDPoPHandle(config, await oauth.randomDPoPKeyPair('ES256'))
  await oauth.clientCredentialsGrant(config, {}, { DPoP })
  t.equal(proofs.length, 1)
  for (const dpop of [proofs[0] as string, 'a.b.c', `${proofs[0]}x`]) {
    const answer = await fetch(`${issuer}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa('demo:demo-secret')}`, dpop },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    })
    t.equal(answer.status, 400)
    t.notMatch(await answer.text(), 'access_token')
  }
})
