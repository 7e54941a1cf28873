import { crc32 } from 'node:zlib'
import { manualClock, recordingUpstream, type TestScope } from '@stockgate/test-kit'
import t from 'tap'
import type { IssuedKey } from '../../../src/keys/index.ts'
import { isKeyText, mintKey } from '../../../src/keys/key-text.ts'
import { openTestKeys, type TestKeys, WISH } from '../../kit/api-keys.ts'
import { answersIn, call, exchange, rawRequest, seen } from '../../kit/call.ts'
import { limitsOf, PUBLIC_URL, startGateway, type TestGatewayOptions } from '../../kit/gateway.ts'

const METADATA = `resource_metadata="${PUBLIC_URL}/.well-known/oauth-protected-resource/things"`
const BEARER = `Bearer ${METADATA}, DPoP algs="ES256 ES384 ES512 PS256 RS256 EdDSA Ed25519"`
const BAD = `${BEARER}, ApiKey header="X-API-Key", error="invalid_key", error_description="The API key is not valid"`

async function shop(t: TestScope, options: TestGatewayOptions = {}) {
  const upstream = await recordingUpstream(t)
  const site: TestKeys = await openTestKeys(t, options.clock ? { clock: options.clock } : {})
  const issued: IssuedKey = await site.keys.create(WISH, 'ops')
  const gateway = await startGateway(t, { upstream: upstream.url, keys: site.keys, ...options })
  return { upstream, gateway, issued, site, key: issued.text, id: issued.record.id }
}

t.test('a key opens what it has the scope for; the service sees the client and no key', async (t) => {
  const { upstream, gateway, key, id } = await shop(t)
  const answer = await call(gateway.url, '/things', { headers: { 'X-API-Key': key } })
  t.equal(answer.status, 200)
  const { headers } = seen(upstream)
  t.notOk(JSON.stringify(headers).includes(key))
  const claims = JSON.parse(
    Buffer.from(String(headers.authorization).split('.')[1] ?? '', 'base64url').toString(),
  )
  t.match(claims, { sub: 'acme', client_id: 'acme', scope: 'things:read' })
  t.match(await gateway.line(), { client: 'acme', key_id: id, verdict: 'admitted', status: 200, error: null })
  t.notOk(gateway.logText().includes(key))
})

t.test('a scope that the key lacks is 403', async (t) => {
  const { upstream, gateway, site } = await shop(t)
  const { text } = await site.keys.create({ ...WISH, scopes: ['other:read'] }, 'ops')
  const answer = await call(gateway.url, '/things', { headers: { 'x-api-key': text } })
  t.equal(answer.status, 403)
  t.match(answer.json, { type: `${PUBLIC_URL}/problems/insufficient-scope` })
  t.same(upstream.requests, [])
})

t.test('what is no key at all is told so, and only that', async (t) => {
  const { upstream, gateway, key } = await shop(t)
  const typo = key.slice(0, 20) + (key[20] === 'a' ? 'b' : 'a') + key.slice(21)
  const bad = [
    '',
    ' ',
    'sgk_',
    'Bearer x',
    typo,
    key.slice(0, -1),
    `${key}0`,
    `${key},${key}`,
    key.toUpperCase(),
  ]
  for (const text of [...bad, 'x'.repeat(5_000), `"${key}"`, `Bearer ${key}`, `ApiKey ${key}`]) {
    const answer = await call(gateway.url, '/things', { headers: { 'x-api-key': text } })
    t.equal(answer.status, 401, text)
    t.equal(
      answer.headers['www-authenticate'],
      `${BEARER}, ApiKey header="X-API-Key", error="invalid_key", error_description="The API key is malformed"`,
    )
  }
  t.match(await gateway.line(bad.length + 4), { cause: 'API_KEY_FORM', error: 'GW_BAD_KEY', client: null })
  t.notMatch(gateway.log.at(-1) ?? {}, { key_id: String })
  t.same(upstream.requests, [])
})

t.test('unknown, expired, ended and revoked keys get one answer; the log tells which and why', async (t) => {
  const clock = manualClock(Date.now())
  const { upstream, gateway, site } = await shop(t, { clock: clock.now })
  const [expiring, old, gone] = [
    await site.keys.create({ ...WISH, expiresIn: 60 }, 'ops'),
    await site.keys.create(WISH, 'ops'),
    await site.keys.create(WISH, 'ops'),
  ]
  await site.keys.rotate(old.record.id, { overlap: 60 }, 'ops')
  await site.keys.revoke(gone.record.id, 'ops')
  clock.advance(61_000)
  const cases: [string, string, string | undefined][] = [
    [mintKey().text, 'API_KEY_UNKNOWN', undefined],
    [expiring.text, 'API_KEY_EXPIRED', expiring.record.id],
    [old.text, 'API_KEY_ENDED', old.record.id],
    [gone.text, 'API_KEY_REVOKED', gone.record.id],
  ]
  const answers = new Set<string>()
  for (const [index, [text, cause, id]] of cases.entries()) {
    const answer = await call(gateway.url, '/things', { headers: { 'x-api-key': text } })
    t.equal(answer.status, 401)
    t.equal(answer.headers['www-authenticate'], BAD)
    const { trace_id, ...problem } = answer.json
    t.type(trace_id, 'string')
    answers.add(JSON.stringify(problem))
    const line = await gateway.line(index + 1)
    t.match(line, { cause, error: 'GW_BAD_KEY', verdict: 'unauthenticated', client: null })
    t.equal(line.key_id, id)
    t.notOk(gateway.logText().includes(text))
  }
  t.equal(answers.size, 1)
  t.same(upstream.requests, [])
})

t.test('a key of the right form and another secret is unknown, though its id is known', async (t) => {
  const { gateway, id } = await shop(t)
  const body = `sgk_${id}_${mintKey().text.slice(17, -6)}`
  const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
  let check = ''
  for (let rest = crc32(body); check.length < 6; rest = Math.floor(rest / 62))
    check = digits[rest % 62] + check
  t.ok(isKeyText(body + check))
  const answer = await call(gateway.url, '/things', { headers: { 'x-api-key': body + check } })
  t.equal(answer.status, 401)
  t.match(await gateway.line(), { cause: 'API_KEY_UNKNOWN' })
  t.notOk('key_id' in (await gateway.line()), 'whose id it claims is not believed')
})

t.test('a key and an Authorization at once are 400, whatever the Authorization is', async (t) => {
  const { upstream, gateway, key } = await shop(t)
  const { authorization } = await gateway.auth()
  for (const other of [authorization, 'Basic YTpi', '']) {
    const answer = await call(gateway.url, '/things', {
      headers: { 'x-api-key': key, authorization: other },
    })
    t.equal(answer.status, 400, other)
    t.match(answer.json, { detail: 'Send an access token or an API key, not both.' })
  }
  t.match(await gateway.line(3), { error: 'GW_TWO_CREDENTIALS', client: null })
  t.same(upstream.requests, [])
})

t.test('two keys are 400, in whatever letters', async (t) => {
  const { upstream, gateway, key } = await shop(t)
  for (const second of ['X-API-Key', 'x-api-key']) {
    const bytes = rawRequest('GET /things', ['Host: x', `X-API-Key: ${key}`, `${second}: ${key}`])
    const [answer] = answersIn(await exchange(gateway.port, bytes))
    t.equal(answer?.status, 400)
  }
  t.same(upstream.requests, [])
})

t.test('a key in any other place is no key', async (t) => {
  const { gateway, key } = await shop(t)
  for (const headers of [
    { x_api_key: key },
    { apikey: key },
    { 'api-key': key },
    { cookie: `X-API-Key=${key}` },
  ])
    t.equal((await call(gateway.url, '/things', { headers })).status, 401, JSON.stringify(headers))
  t.equal((await call(gateway.url, '/things', { headers: { authorization: `Bearer ${key}` } })).status, 401)
  t.equal((await call(gateway.url, `/things?api_key=${key}`)).status, 401)
  t.notOk(gateway.logText().includes(key))
})

t.test('in no spelling does a key reach a service, on public routes neither', async (t) => {
  const { upstream, gateway, key } = await shop(t)
  for (const name of ['X-API-Key', 'x-api-key', 'X-API-KEY', 'X_API_Key', 'x_api_key', 'x-api_key']) {
    t.equal((await call(gateway.url, '/open', { headers: { [name]: key } })).status, 200)
    t.equal(
      (await call(gateway.url, '/open', { headers: { [name]: 'nonsense' } })).status,
      200,
      'nor is it looked at',
    )
  }
  const both = { 'X-API-Key': key, x_api_key: key }
  t.equal((await call(gateway.url, '/things', { headers: both })).status, 200)
  t.equal(upstream.requests.length, 13)
  for (const request of upstream.requests) {
    t.notOk(JSON.stringify(request.rawHeaders ?? request.headers).includes(key))
    t.notMatch(Object.keys(request.headers).join(' '), /api.key/i)
  }
})

t.test('all keys of a client spend the limits of the client, with its tokens', async (t) => {
  const { gateway, key, site } = await shop(t, { limits: limitsOf({ quota: 3, window: 3600 }) })
  const other = await site.keys.create(WISH, 'ops')
  const { authorization } = await gateway.auth('things:read', { client_id: 'acme' })
  const stranger = await site.keys.create({ ...WISH, client: 'someone-else' }, 'ops')
  const statuses = []
  for (const headers of [{ 'x-api-key': key }, { 'x-api-key': other.text }, { authorization }])
    statuses.push((await call(gateway.url, '/things', { headers })).status)
  t.same(statuses, [200, 200, 200])
  t.equal((await call(gateway.url, '/things', { headers: { 'x-api-key': key } })).status, 429)
  t.equal((await call(gateway.url, '/things', { headers: { 'x-api-key': stranger.text } })).status, 200)
})

t.test('what a service is told of the client is made anew before it ends', async (t) => {
  const clock = manualClock(Date.now())
  const { upstream, gateway, key } = await shop(t, { clock: clock.now })
  for (let minutes = 0; minutes < 10; minutes++) {
    t.equal((await call(gateway.url, '/things', { headers: { 'x-api-key': key } })).status, 200)
    const token = String(seen(upstream, minutes).headers.authorization)
    const { exp } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
    t.ok(exp > clock.seconds(), `minute ${minutes}`)
    clock.advance(60_000)
  }
})

t.test('where keys are off a key is 401 and no challenge speaks of keys', async (t) => {
  const gateway = await startGateway(t)
  const answer = await call(gateway.url, '/things', { headers: { 'x-api-key': mintKey().text } })
  t.equal(answer.status, 401)
  t.equal(answer.headers['www-authenticate'], BEARER)
  t.match(await gateway.line(), { cause: 'API_KEYS_OFF' })
})

t.test('where keys are on every challenge names both ways', async (t) => {
  const { gateway } = await shop(t)
  const none = await call(gateway.url, '/things')
  t.equal(none.headers['www-authenticate'], `${BEARER}, ApiKey header="X-API-Key"`)
  t.equal(none.json.detail, 'This call needs an access token or an API key.')
  const bad = await call(gateway.url, '/things', { headers: { authorization: 'Bearer x' } })
  t.match(
    bad.headers['www-authenticate'],
    /^Bearer .+, error="invalid_token", .+, ApiKey header="X-API-Key"$/,
  )
})
