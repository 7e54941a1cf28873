import { errorWith } from '@stockgate/test-kit'
import * as oauth from 'openid-client'
import t from 'tap'
import { createBrowser, type Page } from './browser.ts'
import { AUDIENCE, discover, readToken, startIssuer } from './issuer.ts'

const CALLBACK = 'http://127.0.0.1:49152/callback'

/** An authorization request of the demo client, as an application would build it. */
async function request(issuer: string, parameters: Record<string, string> = {}) {
  const config = await discover(issuer, 'demo')
  const verifier = oauth.randomPKCECodeVerifier()
  const state = oauth.randomState()
  const url = oauth.buildAuthorizationUrl(config, {
    redirect_uri: CALLBACK,
    scope: 'openid orders:read products:read',
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    ...parameters,
  })
  const redeem = (back: Pick<Page, 'url'>) =>
    oauth.authorizationCodeGrant(config, new URL(back.url), {
      pkceCodeVerifier: verifier,
      expectedState: state,
    })
  return { url: url.href, redeem }
}

t.test('a user signs in on the page, and the client gets tokens for that user', async (t) => {
  const { issuer } = await startIssuer(t)
  const browser = createBrowser()
  const { url, redeem } = await request(issuer)

  const page = await browser.open(url)
  t.equal(page.status, 200)
  t.match(page.html, /Development sign-in/)
  t.match(page.html, /<strong>demo<\/strong> asks/)
  t.match(page.html, /orders:read/)
  t.notMatch(page.html, /orders:write/, 'only what was asked for')
  t.match(page.headers.get('content-security-policy'), /default-src 'none'/)

  const tokens = await redeem(await browser.submit(page, { user: '7', decision: 'allow' }, CALLBACK))
  const { header, claims } = await readToken(issuer, tokens.access_token)
  t.match(header, { typ: 'at+jwt', alg: 'ES256' })
  t.match(claims, { sub: '7', client_id: 'demo', aud: AUDIENCE, scope: 'orders:read products:read' })
  t.match(tokens.claims(), { sub: '7', aud: 'demo', iss: issuer })
})

t.test(
  'plain OAuth without openid works, and without a scope all of the client’s are asked for',
  async (t) => {
    const { issuer } = await startIssuer(t)
    const browser = createBrowser()
    const { url, redeem } = await request(issuer, { scope: '' })
    const page = await browser.open(url)
    const tokens = await redeem(await browser.submit(page, { user: '42', decision: 'allow' }, CALLBACK))
    t.match((await readToken(issuer, tokens.access_token)).claims, {
      sub: '42',
      scope: 'products:read stock:read orders:read orders:write',
    })
    t.equal(tokens.id_token, undefined)
  },
)

t.test('the page asks every time, so the same browser can be another user', async (t) => {
  const { issuer } = await startIssuer(t)
  const browser = createBrowser()
  for (const user of ['7', '8', '8']) {
    const { url, redeem } = await request(issuer)
    const back = await browser.submit(await browser.open(url), { user, decision: 'allow' }, CALLBACK)
    t.equal((await redeem(back)).claims()?.sub, user)
  }
})

t.test('two sign-ins in one browser do not disturb each other', async (t) => {
  const { issuer } = await startIssuer(t)
  const browser = createBrowser()
  const [first, second] = [await request(issuer), await request(issuer)]
  const pages = [await browser.open(first.url), await browser.open(second.url)] as const
  const secondBack = await browser.submit(pages[1], { user: '8', decision: 'allow' }, CALLBACK)
  const firstBack = await browser.submit(pages[0], { user: '7', decision: 'allow' }, CALLBACK)
  t.equal((await first.redeem(firstBack)).claims()?.sub, '7')
  t.equal((await second.redeem(secondBack)).claims()?.sub, '8')
})

t.test('a user who refuses sends the client access_denied', async (t) => {
  const { issuer } = await startIssuer(t)
  const browser = createBrowser()
  const { url } = await request(issuer)
  const back = await browser.submit(await browser.open(url), { decision: 'deny' }, CALLBACK)
  t.equal(new URL(back.url).searchParams.get('error'), 'access_denied')
})

t.test('a user id that cannot be one is refused on the same page, shown without harm', async (t) => {
  const { issuer } = await startIssuer(t)
  const browser = createBrowser()
  const { url } = await request(issuer)
  const page = await browser.open(url)
  const again = await browser.submit(page, { user: '"><script>alert(1)</script>', decision: 'allow' })
  t.equal(again.status, 400)
  t.match(again.html, /1 to 64 letters/)
  t.notMatch(again.html, /<script/)
  const back = await browser.submit(again, { user: '42', decision: 'allow' }, CALLBACK)
  t.ok(new URL(back.url).searchParams.get('code'), 'and the sign-in can go on')
})

t.test('a request without PKCE, or with the plain method, is refused', async (t) => {
  const { issuer } = await startIssuer(t)
  const { url } = await request(issuer)
  for (const change of [
    (query: URLSearchParams) => {
      query.delete('code_challenge')
      query.delete('code_challenge_method')
    },
    (query: URLSearchParams) => query.set('code_challenge_method', 'plain'),
    (query: URLSearchParams) => query.delete('code_challenge_method'),
  ]) {
    const changed = new URL(url)
    change(changed.searchParams)
    const back = new URL((await createBrowser().open(changed.href, CALLBACK)).url)
    t.equal(back.searchParams.get('error'), 'invalid_request')
    t.equal(back.searchParams.get('code'), null)
  }
})

t.test('a code is worth nothing with another verifier, and nothing the second time', async (t) => {
  const { issuer } = await startIssuer(t)
  const signIn = async (url: string) => {
    const browser = createBrowser()
    return browser.submit(await browser.open(url), { user: '42', decision: 'allow' }, CALLBACK)
  }
  const first = await request(issuer)
  const other = await request(issuer)
  const stolen = new URL((await signIn(first.url)).url)
  stolen.searchParams.set('state', new URL(other.url).searchParams.get('state') ?? '')
  await t.rejects(other.redeem({ url: stolen.href }), errorWith({ error: 'invalid_grant' }))

  const second = await request(issuer)
  const back = await signIn(second.url)
  await second.redeem(back)
  await t.rejects(second.redeem(back), errorWith({ error: 'invalid_grant' }))
})

t.test('a foreign scope goes back to the client as invalid_scope', async (t) => {
  const { issuer } = await startIssuer(t)
  const { url } = await request(issuer, { scope: 'openid ops:write' })
  const back = new URL((await createBrowser().open(url, CALLBACK)).url)
  t.equal(back.searchParams.get('error'), 'invalid_scope')
})

t.test('a redirect address that is not registered is never followed', async (t) => {
  const { issuer } = await startIssuer(t)
  const { url } = await request(issuer, { redirect_uri: 'http://evil.test/callback' })
  const page = await createBrowser().open(url)
  t.equal(page.status, 400)
  t.match(page.html, /invalid_redirect_uri/)
})
