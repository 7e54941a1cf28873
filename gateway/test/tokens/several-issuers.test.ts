import t from 'tap'
import { createForge } from '../kit/forge.ts'
import { forgeIssuer, openTestTokens } from '../kit/tokens.ts'

const ONE = 'https://one.test'
const TWO = 'https://two.test'

t.test('two issuers may use one kid: each is verified with its own key', async (t) => {
  const one = createForge({ issuer: ONE, kid: 'k1' })
  const two = createForge({ issuer: TWO, kid: 'k1' })
  const issuers = [forgeIssuer(one, { issuer: ONE }), forgeIssuer(two, { issuer: TWO })]
  const { verdict } = openTestTokens(t, { issuers })
  t.equal(await verdict(one.token()), 'good')
  t.equal(await verdict(two.token()), 'good')
  const wrong = 'The signature of the token is wrong'
  t.equal(await verdict(one.token({ iss: TWO })), wrong, 'the key of one names the other')
  t.equal(await verdict(two.token({ iss: ONE })), wrong)
})

t.test(
  'what one issuer may is not what another may: audience, algorithm and leeway are each its own',
  async (t) => {
    const one = createForge({ issuer: ONE, audience: 'https://a.test' })
    const two = createForge({ issuer: TWO, audience: 'https://b.test' })
    const { verdict } = openTestTokens(t, {
      issuers: [
        forgeIssuer(one, { issuer: ONE, audience: 'https://a.test', expLeeway: 60 }),
        forgeIssuer(two, {
          issuer: TWO,
          audience: 'https://b.test',
          expLeeway: 0,
          algorithms: ['ES256', 'RS256'],
        }),
      ],
    })
    const now = Math.floor(Date.now() / 1000)
    t.equal(await verdict(one.token()), 'good')
    t.equal(await verdict(two.token()), 'good')
    t.equal(await verdict(one.token({ aud: 'https://b.test' })), 'The claim aud is not acceptable here')
    t.equal(await verdict(two.token({ aud: 'https://a.test' })), 'The claim aud is not acceptable here')
    t.equal(await verdict(one.token({ exp: now - 30 })), 'good')
    t.equal(await verdict(two.token({ exp: now - 30 })), 'The token has expired')
    t.equal(await verdict(one.token({}, { alg: 'RS256' })), 'The algorithm of the token is not allowed')
    t.equal(await verdict(two.token({}, { alg: 'RS256' })), 'The key of the token is not for its algorithm')
  },
)

t.test('a revoked or cached token has no second spelling', async (t) => {
  const forge = createForge()
  const { tokens, verdict } = openTestTokens(t, { issuers: [forgeIssuer(forge)] })
  const token = forge.token()
  t.equal(await verdict(token), 'good')
  const last = token.at(-1) as string
  const stray = { A: 'B', Q: 'R', g: 'h', w: 'x' }[last] as string
  const [header, claims, signature = ''] = token.split('.')
  const standard = Buffer.from(signature, 'base64url').toString('base64')
  const twins = [
    ...[`${token}=`, `${token}==`, `${token}\n`, ` ${token}`, `${token} `, `${token}.`, `.${token}`],
    ...[token.slice(0, -1) + stray, `${header}.${claims}.${standard}`, `${header}=.${claims}.${signature}`],
    ...[`${header}.${claims}\t.${signature}`, `${header}. ${claims}.${signature}`, `${token}\0`],
  ]
  for (const twin of twins) {
    t.equal(await verdict(twin), 'not canonical', JSON.stringify(twin.slice(-8)))
    t.equal(tokens.recall(twin), undefined)
  }
})
