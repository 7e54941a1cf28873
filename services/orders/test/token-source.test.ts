import { manualClock, type RecordedRequest, recordingUpstream } from '@stockgate/test-kit'
import t, { type Test } from 'tap'
import { createTokenSource } from '../src/outside/token-source.ts'

interface Said {
  status?: number
  body?: object | string
}

async function source(t: Test, say: (nth: number) => Said | Promise<Said>) {
  const clock = manualClock()
  const asked: RecordedRequest[] = []
  const issuer = await recordingUpstream(t, async (request, response) => {
    asked.push(request)
    const { status = 200, body = { access_token: `token-${asked.length}`, expires_in: 300 } } = await say(
      asked.length,
    )
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  })
  const tokens = createTokenSource({
    tokenUrl: new URL(`${issuer.url}/identity/token`),
    clientId: 'orders',
    clientSecret: 'a:secret /%',
    resource: 'urn:stockgate:products',
    scope: 'reservations:write',
    timeoutMs: 500,
    now: clock.now,
  })
  t.teardown(() => tokens.close())
  return { tokens, clock, asked, issuer }
}

t.test('a token is asked for once however many calls wait for it, as RFC 6749 and 8707 say', async (t) => {
  const { tokens, asked } = await source(t, () => ({}))
  const got = await Promise.all(Array.from({ length: 20 }, () => tokens.token()))
  t.same([...new Set(got)], ['token-1'])
  t.equal(asked.length, 1)
  t.match(asked[0], { method: 'POST', url: '/identity/token' })
  t.equal(
    asked[0]?.headers.authorization,
    `Basic ${Buffer.from('orders:a%3Asecret+%2F%25').toString('base64')}`,
  )
  t.same(Object.fromEntries(new URLSearchParams(asked[0]?.text)), {
    grant_type: 'client_credentials',
    resource: 'urn:stockgate:products',
    scope: 'reservations:write',
  })
})

t.test('a token is renewed before it expires, while the old one still serves', async (t) => {
  const { tokens, clock, asked, issuer } = await source(t, () => ({}))
  t.equal(await tokens.token(), 'token-1')
  clock.advance(200_000)
  t.equal(await tokens.token(), 'token-1')
  t.equal(asked.length, 1)
  clock.advance(30_000)
  const renewal = issuer.next()
  t.equal(await tokens.token(), 'token-1')
  await renewal
  await new Promise((resolve) => setTimeout(resolve, 50))
  t.equal(await tokens.token(), 'token-2')
})

t.test('a renewal that fails is no failure while the token is good, and is one after that', async (t) => {
  const { tokens, clock } = await source(t, (nth) => (nth === 1 ? {} : { status: 503, body: 'no' }))
  await tokens.token()
  clock.advance(290_000)
  t.equal(await tokens.token(), 'token-1')
  clock.advance(10_000)
  await t.rejects(tokens.token(), /no token: the issuer answered 503$/)
})

t.test('an issuer that fails is left in peace for a second', async (t) => {
  const { tokens, clock, asked } = await source(t, (nth) =>
    nth === 1 ? { status: 400, body: { error: 'invalid_client', error_description: 'secret a:secret' } } : {},
  )
  await t.rejects(tokens.token(), /answered 400 invalid_client$/)
  await t.rejects(tokens.token(), /answered 400 invalid_client$/)
  t.equal(asked.length, 1)
  clock.advance(1_001)
  t.equal(await tokens.token(), 'token-2')
})

t.test('an answer that never comes, or without a token, is a failure', async (t) => {
  const slow = await source(t, () => new Promise(() => {}))
  await t.rejects(slow.tokens.token(), { name: 'TimeoutError' })
  const empty = await source(t, () => ({ body: {} }))
  await t.rejects(empty.tokens.token(), /no token/)
})

t.test('a token that was refused is asked for anew, one that has gone already is left alone', async (t) => {
  const { tokens } = await source(t, () => ({}))
  const first = await tokens.token()
  tokens.drop(first)
  t.equal(await tokens.token(), 'token-2')
  tokens.drop(first)
  t.equal(await tokens.token(), 'token-2')
})
