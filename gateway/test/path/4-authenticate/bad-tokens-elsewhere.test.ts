import { createServer } from 'node:net'
import { createTestIssuer, recordingUpstream } from '@stockgate/test-kit'
import t from 'tap'
import { call } from '../../kit/call.ts'
import { base64url, createForge } from '../../kit/forge.ts'
import { PUBLIC_URL, startGateway } from '../../kit/gateway.ts'
import { keyServer } from '../../kit/tokens.ts'

t.test(
  'keys that a token names in jku, x5u, jwk, x5c or kid are never fetched and never believed',
  async (t) => {
    const upstream = await recordingUpstream(t)
    const forge = createForge({ kid: 'evil' })
    let connections = 0
    const trap = createServer((socket) => {
      connections++
      socket.destroy()
    })
    await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve))
    t.teardown(() => trap.close())
    const there = `http://127.0.0.1:${(trap.address() as { port: number }).port}`
    const gateway = await startGateway(t, { upstream: upstream.url })
    const { kid } = gateway.issuer.jwks.keys[0] ?? {}
    const headers: object[] = [
      { jku: `${there}/jwks` },
      { jku: `${there}/jwks`, kid },
      { x5u: `${there}/cert` },
      { x5u: `${there}/cert`, kid },
      { jwk: forge.jwk },
      { jwk: forge.jwk, kid },
      { x5c: [forge.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')], kid },
      { kid: `${there}/jwks` },
      { kid: `../../../../${there}` },
      { crit: ['jku'], jku: there },
    ]
    for (const header of headers)
      for (const claims of [{}, { iss: `${there}/` }, { iss: gateway.issuer.issuer, jku: there }]) {
        const token = forge.token({ aud: PUBLIC_URL, ...claims }, header)
        const answer = await call(gateway.url, '/things/1', { headers: { authorization: `Bearer ${token}` } })
        t.equal(answer.status, 401, JSON.stringify(header))
      }
    t.equal(connections, 0, 'nobody was asked')
    t.same(upstream.requests, [])
    await call(there, '/').catch(() => {})
    t.equal(connections, 1, 'who would have been seen')
  },
)

t.test('tokens whose header or claims are no plain JSON object are refused by a whole gateway', async (t) => {
  const upstream = await recordingUpstream(t)
  const forge = createForge({ audience: PUBLIC_URL })
  const server = await keyServer(t, { keys: [forge.jwk] })
  const issuers = [{ issuer: 'https://issuer.test', audience: PUBLIC_URL, jwks: server.url }]
  const gateway = await startGateway(t, { upstream: upstream.url, issuers, env: { ADDRESS_LIMIT: '0' } })
  const status = async (token: string) =>
    (await call(gateway.url, '/things/1', { headers: { authorization: `Bearer ${token}` } })).status
  t.equal(await status(forge.token()), 200)
  const header = `{"alg":"ES256","typ":"at+jwt","kid":"${forge.kid}"`
  const claims = Buffer.from(forge.token().split('.')[1] as string, 'base64url').toString()
  const tokens = {
    'a header name twice': forge.sign(`${header},"alg":"ES256"}`, claims),
    'a claim twice': forge.sign(`${header}}`, `${claims.slice(0, -1)},"sub":"admin"}`),
    'a nested token': forge.sign(`${header},"cty":"JWT"}`, forge.token()),
    'claims that are no UTF-8': forge.sign(`${header}}`, claims).replace(/\..*\./, `.${base64url('x')}.`),
    'deep claims': forge.sign(
      `${header}}`,
      `${claims.slice(0, -1)},"d":${'['.repeat(2_000)}${']'.repeat(2_000)}}`,
    ),
    'a thousand claims': forge.token(Object.fromEntries(Array.from({ length: 900 }, (_, i) => [`c${i}`, 1]))),
    'an issuer with a slash': forge.token({ iss: 'https://issuer.test/' }),
    'several audiences': forge.token({ aud: [PUBLIC_URL, 'https://other.test'] }),
    'a float exp': forge.token({ exp: Math.floor(Date.now() / 1000) + 60.5 }),
  }
  for (const [what, token] of Object.entries(tokens)) t.equal(await status(token), 401, what)
  t.equal(upstream.requests.length, 1)
  t.equal(await status(forge.token()), 200)
})

t.test('two issuers that share a kid are told apart by a whole gateway', async (t) => {
  const upstream = await recordingUpstream(t)
  const [one, two] = ['https://one.test', 'https://two.test'].map((issuer) =>
    createForge({ issuer, audience: PUBLIC_URL, kid: 'k1' }),
  ) as [ReturnType<typeof createForge>, ReturnType<typeof createForge>]
  const issuers = await Promise.all(
    [one, two].map(async (forge, at) => ({
      issuer: ['https://one.test', 'https://two.test'][at],
      audience: PUBLIC_URL,
      jwks: (await keyServer(t, { keys: [forge.jwk] })).url,
    })),
  )
  const issuer = await createTestIssuer(t, { audience: PUBLIC_URL })
  const gateway = await startGateway(t, { upstream: upstream.url, issuer, issuers: issuers as object[] })
  const status = async (token: string) =>
    (await call(gateway.url, '/things/1', { headers: { authorization: `Bearer ${token}` } })).status
  t.same([await status(one.token()), await status(two.token())], [200, 200])
  t.same(
    [
      await status(one.token({ iss: 'https://two.test' })),
      await status(two.token({ iss: 'https://one.test' })),
    ],
    [401, 401],
  )
})
