import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import t from 'tap'
import { type KeyRing, readKeyRing } from '../../src/settings/key-ring.ts'
import { base64url, createForge } from '../kit/forge.ts'
import { forgeIssuer, openTestTokens } from '../kit/tokens.ts'

const NOW = Math.floor(Date.now() / 1000)
const CLAIMS = {
  iss: 'https://issuer.test',
  aud: 'https://api.test',
  sub: 'x',
  client_id: 'x',
  iat: NOW,
  exp: NOW + 300,
}
const COMMON_SECRETS = [
  ...[
    '',
    'secret',
    'password',
    'changeme',
    'your-256-bit-secret',
    'supersecret',
    'jwt',
    'key',
    '0'.repeat(32),
  ],
  ...[
    'your_jwt_secret',
    'default',
    'test',
    'admin',
    '1234567890',
    'qwerty',
    '\0',
    'null',
    'undefined',
    'secretkey',
  ],
  ...[
    'shhhhh',
    'token',
    'private',
    'hmac',
    'keyboard cat',
    'AyM1SysPpbyDfgZld3umj1qzKObwVMko',
    'thisisasecret',
  ],
]

/** The issuer publishes an EC and an RSA key and is allowed every algorithm we know of. */
function twoKeys(t: Parameters<typeof openTestTokens>[0]) {
  const [forge, { publicKey, privateKey }] = [
    createForge({ kid: 'ec' }),
    generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ]
  const rsa = { ...publicKey.export({ format: 'jwk' }), kid: 'rsa' }
  const algorithms = ['ES256', 'RS256', 'PS256', 'RS384', 'EdDSA']
  const keys = readKeyRing({ keys: [forge.jwk, rsa] }, algorithms) as KeyRing
  const { verdict } = openTestTokens(t, { issuers: [forgeIssuer(forge, { keys, algorithms })] })
  return { forge, rsa, publicKey, privateKey, verdict }
}

const hmac = (header: object, secret: string | Buffer, hash = 'sha256'): string => {
  const input = `${base64url(header)}.${base64url(CLAIMS)}`
  return `${input}.${createHmac(hash, secret).update(input).digest('base64url')}`
}

/** The public key as six texts that a library might have taken for a shared secret. */
function secretsOf(key: KeyObject, jwk: object): Record<string, string | Buffer> {
  const pem = key.export({ type: 'spki', format: 'pem' }) as string
  const der = key.export({ type: 'spki', format: 'der' })
  return {
    PEM: pem,
    'PEM without its last line break': pem.trimEnd(),
    DER: der,
    'base64 of the DER': der.toString('base64'),
    JWK: JSON.stringify(jwk),
    'the numbers of the JWK': Buffer.concat(
      ['x', 'y', 'n'].map((name) =>
        Buffer.from(String((jwk as Record<string, unknown>)[name] ?? ''), 'base64url'),
      ),
    ),
  }
}

t.test('an HMAC made with the public key, in six encodings, is refused for every kid and hash', async (t) => {
  const { forge, rsa, publicKey, verdict } = twoKeys(t)
  t.equal(await verdict(forge.token()), 'good')
  for (const [kid, secrets] of Object.entries({
    ec: secretsOf(forge.publicKey, forge.jwk),
    rsa: secretsOf(publicKey, rsa),
  }))
    for (const [what, secret] of Object.entries(secrets))
      for (const [alg, hash] of Object.entries({
        HS256: 'sha256',
        HS384: 'sha384',
        HS512: 'sha512',
        ES256: 'sha256',
        RS256: 'sha256',
      }))
        t.not(await verdict(hmac({ alg, typ: 'at+jwt', kid }, secret, hash)), 'good', `${alg} ${kid} ${what}`)
})

t.test('an HMAC made with a common secret is refused', async (t) => {
  const { verdict } = twoKeys(t)
  for (const secret of COMMON_SECRETS)
    for (const kid of ['ec', 'rsa'])
      t.not(await verdict(hmac({ alg: 'HS256', typ: 'at+jwt', kid }, secret)), 'good', JSON.stringify(secret))
})

t.test('no algorithm, in any spelling and with any signature, is refused', async (t) => {
  const { forge, verdict } = twoKeys(t)
  const [, claims, signature] = forge.token().split('.')
  for (const alg of [
    'none',
    'None',
    'NONE',
    'nOnE',
    ' none',
    'none ',
    'n\u043ene',
    '',
    null,
    0,
    false,
    [],
    ['ES256'],
    {},
    undefined,
  ])
    for (const end of ['', signature, 'AA']) {
      const token = `${base64url({ alg, typ: 'at+jwt', kid: 'ec' })}.${claims}.${end}`
      t.not(await verdict(token), 'good', `${JSON.stringify(alg)} ${end}`)
    }
})

t.test(
  'an algorithm that is not that of the key is refused, also where the signature fits the other',
  async (t) => {
    const { forge, privateKey, verdict } = twoKeys(t)
    const rsaSigned = (alg: string, kid: string, hash = 'sha256'): string => {
      const input = `${base64url({ alg, typ: 'at+jwt', kid })}.${base64url(CLAIMS)}`
      return `${input}.${sign(hash, Buffer.from(input), privateKey).toString('base64url')}`
    }
    t.equal(await verdict(rsaSigned('RS256', 'rsa')), 'good')
    for (const alg of ['PS256', 'RS384', 'RS512', 'ES256', 'EdDSA', 'rs256', 'RS256 '])
      t.not(await verdict(rsaSigned(alg, 'rsa')), 'good', alg)
    t.not(await verdict(rsaSigned('RS256', 'ec')), 'good', 'the other kid')
    for (const alg of ['RS256', 'PS256', 'ES384', 'EdDSA', 'es256', 'ES256K'])
      t.not(await verdict(forge.token({}, { alg })), 'good', alg)
  },
)

t.test('a signature of nothing, of zeros or in DER is refused', async (t) => {
  const { forge, verdict } = twoKeys(t)
  const [header, claims] = forge.token().split('.')
  const input = Buffer.from(`${header}.${claims}`)
  const signatures = {
    empty: Buffer.alloc(0),
    zeros: Buffer.alloc(64),
    ones: Buffer.alloc(64, 0xff),
    'r is zero': Buffer.concat([Buffer.alloc(32), Buffer.alloc(32, 1)]),
    DER: sign('sha256', input, forge.privateKey),
    'too long': Buffer.concat([
      sign('sha256', input, { key: forge.privateKey, dsaEncoding: 'ieee-p1363' }),
      Buffer.alloc(1),
    ]),
  }
  for (const [what, bytes] of Object.entries(signatures))
    t.not(await verdict(`${input}.${bytes.toString('base64url')}`), 'good', what)
})
