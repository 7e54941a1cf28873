import { createServer } from 'node:http'
import { createTestIssuer, manualClock, recordingUpstream, type TestScope } from '@stockgate/test-kit'
import type { JSONWebKeySet } from 'jose'
import t from 'tap'
import { call } from '../../kit/call.ts'
import { PUBLIC_URL, startGateway, until } from '../../kit/gateway.ts'

/** A key set endpoint whose behaviour the test changes. */
async function keyServer(t: TestScope, first: JSONWebKeySet) {
  const state = { body: JSON.stringify(first), status: 200, fetches: 0 }
  const server = createServer((_request, response) => {
    state.fetches++
    response.writeHead(state.status, { 'content-type': 'application/json', location: 'http://127.0.0.1:1/' })
    response.end(state.body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const { port } = server.address() as { port: number }
  return Object.assign(state, { url: `http://127.0.0.1:${port}/jwks` })
}

t.test(
  'while no key was ever fetched the answer is 503, and 200 as soon as the issuer is there',
  async (t) => {
    const upstream = await recordingUpstream(t)
    const issuer = await createTestIssuer(t, { audience: PUBLIC_URL })
    const troubles: object[] = [
      { status: 500 },
      { body: 'no json' },
      { body: '{"keys":[]}' },
      { status: 302 },
      { body: `${' '.repeat(300_000)}{}` },
    ]
    for (const trouble of troubles) {
      const keys = Object.assign(await keyServer(t, issuer.jwks), trouble)
      const issuers = [{ issuer: issuer.issuer, audience: PUBLIC_URL, jwks: keys.url }]
      const gateway = await startGateway(t, { upstream: upstream.url, issuer, issuers, waitForKeys: false })
      const headers = await gateway.auth()
      const answer = await call(gateway.url, '/things', { headers })
      t.equal(answer.status, 503, JSON.stringify(trouble))
      t.match(answer.json, { type: /temporary-reduced-capacity$/ })
      t.equal(answer.headers['retry-after'], '1')
      t.equal((await call(gateway.url, '/readyz')).status, 503)
      t.equal((await call(gateway.url, '/things')).status, 401, 'no token is still the client affair')
      Object.assign(keys, { status: 200, body: JSON.stringify(issuer.jwks) })
      await until(() => gateway.app.keysKnown(), 'the keys are fetched')
      t.equal((await call(gateway.url, '/things', { headers })).status, 200)
      t.equal((await call(gateway.url, '/readyz')).status, 200)
    }
  },
)

t.test('an issuer that goes away changes nothing for the keys we know', async (t) => {
  const upstream = await recordingUpstream(t)
  const clock = manualClock(Date.now())
  const issuer = await createTestIssuer(t, { audience: PUBLIC_URL, now: clock.now })
  const keys = await keyServer(t, issuer.jwks)
  const issuers = [{ issuer: issuer.issuer, audience: PUBLIC_URL, jwks: keys.url }]
  const gateway = await startGateway(t, { upstream: upstream.url, issuer, issuers, clock: clock.now })
  keys.status = 500
  clock.advance(24 * 3_600_000 - 1_000)
  t.equal((await call(gateway.url, '/things', { headers: await gateway.auth() })).status, 200)
})

t.test(
  'a new key is fetched when first seen; unknown key ids cannot make us fetch again and again',
  async (t) => {
    const upstream = await recordingUpstream(t)
    const clock = manualClock(Date.now())
    const old = await createTestIssuer(t, { audience: PUBLIC_URL, now: clock.now })
    const next = await createTestIssuer(t, { audience: PUBLIC_URL, now: clock.now })
    const keys = await keyServer(t, old.jwks)
    const issuers = [{ issuer: old.issuer, audience: PUBLIC_URL, jwks: keys.url }]
    const gateway = await startGateway(t, { upstream: upstream.url, issuer: old, issuers, clock: clock.now })
    const status = async (token: string) =>
      (await call(gateway.url, '/things/1', { headers: { authorization: `Bearer ${token}` } })).status

    for (let i = 0; i < 20; i++) t.equal(await status(await old.sign({}, { kid: `unknown-${i}` })), 401)
    t.equal(keys.fetches, 1, 'the fetch at start only')

    keys.body = JSON.stringify({ keys: [...old.jwks.keys, ...next.jwks.keys] })
    clock.advance(6_000)
    t.equal(await status(await next.sign()), 200)
    t.equal(keys.fetches, 2)
  },
)

t.test('a key that leaves the set takes its remembered tokens with it', async (t) => {
  const upstream = await recordingUpstream(t)
  const clock = manualClock(Date.now())
  const old = await createTestIssuer(t, { audience: PUBLIC_URL, now: clock.now })
  const next = await createTestIssuer(t, { audience: PUBLIC_URL, now: clock.now })
  const keys = await keyServer(t, old.jwks)
  const issuers = [{ issuer: old.issuer, audience: PUBLIC_URL, jwks: keys.url }]
  const gateway = await startGateway(t, { upstream: upstream.url, issuer: old, issuers, clock: clock.now })
  const remembered = await gateway.auth()
  t.equal((await call(gateway.url, '/things', { headers: remembered })).status, 200)
  keys.body = JSON.stringify(next.jwks)
  clock.advance(6_000)
  const headers = { authorization: `Bearer ${await next.sign({ scope: 'things:read' })}` }
  t.equal((await call(gateway.url, '/things', { headers })).status, 200)
  t.equal((await call(gateway.url, '/things', { headers: remembered })).status, 401)
})

t.test('private and shared keys in a published set verify nothing', async (t) => {
  const issuer = await createTestIssuer(t, { audience: PUBLIC_URL })
  const secret = { kty: 'oct', k: 'c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0', kid: 'x', alg: 'HS256' }
  const keys = await keyServer(t, { keys: [secret] })
  const issuers = [{ issuer: issuer.issuer, audience: PUBLIC_URL, jwks: keys.url }]
  const gateway = await startGateway(t, { issuer, issuers, waitForKeys: false })
  await until(() => keys.fetches > 0, 'a fetch')
  t.equal(gateway.app.keysKnown(), false)
})

t.test(
  'an entry of a published set that is no usable key is left out, and spoils neither set nor answer',
  async (t) => {
    const upstream = await recordingUpstream(t)
    const issuer = await createTestIssuer(t, { audience: PUBLIC_URL })
    const half = { kty: 'EC', crv: 'P-256', alg: 'ES256', kid: 'half' }
    const keys = await keyServer(t, { keys: [null, 'x', half, ...issuer.jwks.keys] } as never)
    const issuers = [{ issuer: issuer.issuer, audience: PUBLIC_URL, jwks: keys.url }]
    const gateway = await startGateway(t, { upstream: upstream.url, issuer, issuers })
    const status = async (token: string) =>
      (await call(gateway.url, '/things/1', { headers: { authorization: `Bearer ${token}` } })).status
    t.equal(await status(await issuer.sign()), 200)
    t.equal(await status(await issuer.sign({}, { kid: 'half' })), 401)
  },
)

t.test('the key of one issuer cannot speak for another', async (t) => {
  const upstream = await recordingUpstream(t)
  const one = await createTestIssuer(t, { audience: PUBLIC_URL, issuer: 'https://one.test' })
  const two = await createTestIssuer(t, { audience: PUBLIC_URL, issuer: 'https://two.test' })
  const issuers = [one, two].map(({ issuer, jwksUrl }) => ({ issuer, audience: PUBLIC_URL, jwks: jwksUrl }))
  const gateway = await startGateway(t, { upstream: upstream.url, issuer: one, issuers })
  await until(() => gateway.app.keysKnown(), 'keys')
  const status = async (token: string) =>
    (await call(gateway.url, '/things/1', { headers: { authorization: `Bearer ${token}` } })).status
  t.equal(await status(await one.sign({ iss: 'https://two.test' })), 401)
  t.equal(await status(await two.sign()), 200)
})

t.test(
  'readiness warns where the keys of one issuer are missing and those of another are known',
  async (t) => {
    const one = await createTestIssuer(t, { audience: PUBLIC_URL, issuer: 'https://one.test' })
    const two = await createTestIssuer(t, { audience: PUBLIC_URL, issuer: 'https://two.test' })
    const keys = await keyServer(t, two.jwks)
    keys.status = 503
    const issuers = [
      { issuer: one.issuer, audience: PUBLIC_URL, jwks: one.jwksUrl },
      { issuer: two.issuer, audience: PUBLIC_URL, jwks: keys.url },
    ]
    const gateway = await startGateway(t, { issuer: one, issuers })
    const readyz = await call(gateway.url, '/readyz')
    t.match(readyz, { status: 200 })
    t.match(readyz.json, { status: 'warn', checks: { issuer_keys: 'warn' } })
    const headers = { authorization: `Bearer ${await two.sign()}` }
    t.equal((await call(gateway.url, '/things/1', { headers })).status, 503)
    keys.status = 200
    await until(() => gateway.app.readiness().status === 'pass', 'the keys of both are known')
  },
)
