import { generateKeyPairSync } from 'node:crypto'
import { join } from 'node:path'
import { createTestIssuer } from '@stockgate/test-kit'
import t from 'tap'
import type { KeyRing } from '../../src/settings/key-ring.ts'
import { readGatewaySettings } from '../../src/settings.ts'
import { folderOf } from '../kit/process.ts'

const issuers = (change: object = {}): string =>
  JSON.stringify([{ issuer: 'https://a', audience: 'b', jwks: 'https://a/jwks', ...change }])
const GOOD = { MANIFESTS: 'services', ISSUERS: issuers() }

t.test('what is not set has its default', async (t) => {
  const settings = readGatewaySettings(GOOD)
  t.match(settings, {
    PORT: 8080,
    HOST: '127.0.0.1',
    ADMIN_PORT: 9090,
    ADMIN_HOST: '127.0.0.1',
    PUBLIC_URL: 'http://127.0.0.1:8080',
    MANIFESTS: ['services'],
    LIMITS: /gateway\/policy\/limits\.json$/,
    CALLER_KEY: '.stockgate/gateway/caller-key.json',
    STATE: '.stockgate/gateway',
    RATE_LIMIT_DRAFT: '11',
    BODY_LIMIT: 1_048_576,
    TRUST_PROXY: [],
  })
  t.equal(settings.REDIS_URL, undefined)
  t.equal(settings.KEY_PEPPER, undefined)
  t.equal(readGatewaySettings({ ...GOOD, PORT: '81' }).PUBLIC_URL, 'http://127.0.0.1:81')
})

t.test('upstreams are read into origins by service', async (t) => {
  const { UPSTREAMS } = readGatewaySettings({
    ...GOOD,
    UPSTREAMS: 'a=http://x:1, b-c=http://y|https://z:2/ ,',
  })
  t.same(
    [...UPSTREAMS],
    [
      ['a', ['http://x:1']],
      ['b-c', ['http://y', 'https://z:2']],
    ],
  )
})

t.test('issuers may stand in a file, and their keys in another', async (t) => {
  const issuer = await createTestIssuer(t)
  const folder = folderOf(t, { 'jwks.json': issuer.jwks })
  const jwks = join(folder, 'jwks.json')
  const list = folderOf(t, { 'issuers.json': issuers({ jwks, algorithms: ['ES256', 'RS256'] }) })
  const { ISSUERS } = readGatewaySettings({ ...GOOD, ISSUERS: join(list, 'issuers.json') })
  t.match(ISSUERS, [{ issuer: 'https://a', audience: 'b', algorithms: ['ES256', 'RS256'] }])
  const { keys } = ISSUERS[0] as { keys: KeyRing }
  t.same([...keys.keys.keys()], [issuer.jwks.keys[0]?.kid])
  const shouted = readGatewaySettings({ ...GOOD, ISSUERS: issuers({ jwks: 'HTTPS://a/jwks' }) })
  t.match(shouted.ISSUERS, [{ keys: new URL('https://a/jwks') }])
  t.match(readGatewaySettings(GOOD).ISSUERS, [{ algorithms: ['ES256'], keys: new URL('https://a/jwks') }])
})

const ES256 = {
  ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }),
  kid: 'k1',
}

t.test('what cannot be used is refused in one line that names the setting', async (t) => {
  const folder = folderOf(t, {
    'private.json': { keys: [{ kty: 'EC', d: 'x' }] },
    'shared.json': { keys: [{ kty: 'oct', k: 'x' }] },
    'empty.json': { keys: [] },
    'null.json': { keys: [null] },
    'half.json': { keys: [{ kty: 'EC', crv: 'P-256', kid: 'k1' }] },
    'nameless.json': { keys: [{ ...ES256, kid: undefined }] },
    'twice.json': { keys: [ES256, { ...ES256, use: 'sig' }] },
    'encryption.json': { keys: [{ ...ES256, use: 'enc' }] },
    'text.json': 'no json',
  })
  const file = (name: string) => issuers({ jwks: join(folder, name) })
  const cases: [change: Record<string, string | undefined>, message: RegExp][] = [
    [{ STATE: '' }, /^STATE: must not be empty/],
    [{ RATE_LIMIT_DRAFT: '12' }, /^RATE_LIMIT_DRAFT: expected one of 11, 07, got "12"/],
    [{ PORT: 'many' }, /^PORT: expected a whole number/],
    [{ PORT: '70000' }, /^PORT: expected a whole number from 0 to 65535/],
    [{ MANIFESTS: undefined }, /^MANIFESTS: is required: /],
    [{ MANIFESTS: 'a,,b' }, /^MANIFESTS: expected a comma list/],
    [{ ISSUERS: undefined }, /^ISSUERS: is required: /],
    [{ ISSUERS: '[]' }, /^ISSUERS: expected a JSON list/],
    [{ ISSUERS: '[' }, /^ISSUERS: ISSUERS is no valid JSON/],
    [{ ISSUERS: '[1]' }, /^ISSUERS: each issuer is an object/],
    [{ ISSUERS: '/nowhere.json' }, /^ISSUERS: cannot read \/nowhere\.json \(ENOENT\)/],
    [{ ISSUERS: issuers({ audience: undefined }) }, /^ISSUERS: each issuer needs "audience"/],
    [{ ISSUERS: issuers({ jwks: 'gone.json' }) }, /^ISSUERS: cannot read gone\.json \(ENOENT\)/],
    [{ ISSUERS: file('private.json') }, /^ISSUERS: .* private or shared key/],
    [{ ISSUERS: file('shared.json') }, /^ISSUERS: .* private or shared key/],
    [{ ISSUERS: file('empty.json') }, /^ISSUERS: .* is no key set/],
    [{ ISSUERS: file('text.json') }, /^ISSUERS: .* is no valid JSON/],
    [{ ISSUERS: file('null.json') }, /^ISSUERS: .*null\.json holds something that is no public key$/],
    [{ ISSUERS: file('half.json') }, /^ISSUERS: .*half\.json holds something that is no public key: "k1"$/],
    [{ ISSUERS: file('nameless.json') }, /^ISSUERS: .*nameless\.json holds a key without kid/],
    [{ ISSUERS: file('twice.json') }, /^ISSUERS: .*twice\.json holds two keys under one kid: "k1"$/],
    [{ ISSUERS: file('encryption.json') }, /^ISSUERS: .*no key for signatures of ES256; see "algorithms"$/],
    [
      { ISSUERS: issuers({ expLeeway: 61 }) },
      /^ISSUERS: "expLeeway" is a whole number of seconds from 0 to 60/,
    ],
    [{ ISSUERS: issuers({ nbfLeeway: '5' }) }, /^ISSUERS: "nbfLeeway" is a whole number/],
    [{ ISSUERS: issuers({ iatLeeway: -1 }) }, /^ISSUERS: "iatLeeway" is a whole number/],
    [{ ISSUERS: '' }, /^ISSUERS: expected a JSON list/],
    [
      { ISSUERS: issuers({ jwks: 'https://me:secret@a/jwks' }) },
      /^ISSUERS: "https:\/\/a\/jwks" may have no user/,
    ],
    [{ ISSUERS: issuers({ jwks: 'https://' }) }, /^ISSUERS: "https:\/\/" is no valid URL/],
    [{ ISSUERS: issuers({ algorithms: ['HS256'] }) }, /^ISSUERS: "algorithms" is a list of ES256/],
    [{ ISSUERS: issuers({ algorithms: [] }) }, /^ISSUERS: "algorithms"/],
    [{ ISSUERS: issuers({ algorithm: 'ES256' }) }, /^ISSUERS: unknown member "algorithm"/],
    [
      { ISSUERS: `[${issuers().slice(1, -1)},${issuers().slice(1, -1)}]` },
      /^ISSUERS: names the issuer https:\/\/a twice/,
    ],
    [{ UPSTREAMS: 'shop' }, /^UPSTREAMS: expected entries like/],
    [{ UPSTREAMS: 'shop=ftp://x' }, /^UPSTREAMS: expected entries like/],
    [{ UPSTREAMS: 'a=http://x,a=http://y' }, /^UPSTREAMS: names a twice/],
    [{ UPSTREAMS: 'a=http://x/base' }, /^UPSTREAMS: .*no path/],
    [{ PUBLIC_URL: 'https://api.example/base' }, /^PUBLIC_URL: expected an origin/],
    [{ TRUST_PROXY: '1' }, /^TRUST_PROXY: expected addresses or CIDR blocks/],
    [{ TRUST_PROXY: '10.0.0.0/33' }, /^TRUST_PROXY: expected addresses or CIDR blocks/],
    [{ REDIS_URL: 'http://x' }, /^REDIS_URL: expected a URL that starts with redis/],
    [{ LOG_LEVEL: 'loud' }, /^LOG_LEVEL: expected one of fatal/],
    [{ UPSTREAM: 'x' }, /^UPSTREAM: unknown setting; did you mean UPSTREAMS\?/],
  ]
  for (const [change, message] of cases) {
    const env = { ...GOOD, ...change }
    t.throws(() => readGatewaySettings(env), { name: 'SettingError', message })
  }
})

t.test('a pepper that is too short is refused without being repeated', async (t) => {
  t.equal(readGatewaySettings({ ...GOOD, KEY_PEPPER: 'p'.repeat(32) }).KEY_PEPPER, 'p'.repeat(32))
  t.throws(() => readGatewaySettings({ ...GOOD, KEY_PEPPER: 'hush-hush' }), {
    message: /^KEY_PEPPER: expected at least 32 characters: make one with `openssl rand -hex 32`$/,
  })
})
