import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import t from 'tap'
import { readKeyRing } from '../../src/settings/key-ring.ts'

const ec = (namedCurve = 'P-256') => generateKeyPairSync('ec', { namedCurve })
const publicJwk = (kid: string, more: object = {}, curve?: string) => ({
  ...ec(curve).publicKey.export({ format: 'jwk' }),
  kid,
  ...more,
})
const rsa = (modulusLength: number, publicExponent = 65_537) =>
  generateKeyPairSync('rsa', { modulusLength, publicExponent }).publicKey.export({ format: 'jwk' })

const taken = (keys: unknown[], algorithms = ['ES256']) => {
  const ring = readKeyRing({ keys }, algorithms)
  return { kids: [...(ring?.keys.keys() ?? [])], flaws: ring?.skipped.map(({ flaw }) => flaw) ?? [] }
}

t.test(
  'private, shared, weak, nameless, broken and otherwise meant keys are passed over, each named',
  (t) => {
    const good = publicJwk('good')
    const weak = rsa(1024)
    const half = { kty: 'EC', crv: 'P-256', kid: 'half', x: good.x }
    const offCurve = { ...good, kid: 'off', y: good.x }
    const cases: [entry: unknown, flaw: string][] = [
      [null, 'malformed'],
      ['x', 'malformed'],
      [[good], 'malformed'],
      [half, 'malformed'],
      [offCurve, 'malformed'],
      [{ ...ec().privateKey.export({ format: 'jwk' }), kid: 'p' }, 'private'],
      [{ ...rsa(2048), kid: 'p2', dp: 'AQ' }, 'private'],
      [{ kty: 'oct', k: 'c2VjcmV0', kid: 's', alg: 'HS256' }, 'shared'],
      [publicJwk(''), 'nameless'],
      [{ ...publicJwk('x'), kid: 7 }, 'nameless'],
      [publicJwk('x'.repeat(257)), 'nameless'],
      [publicJwk('e', { use: 'enc' }), 'use'],
      [publicJwk('o', { key_ops: ['encrypt'] }), 'use'],
      [publicJwk('o', { key_ops: 'verify' }), 'use'],
      [publicJwk('c', {}, 'P-384'), 'algorithm'],
      [publicJwk('a', { alg: 'ES384' }), 'algorithm'],
      [publicJwk('a', { alg: 'none' }), 'algorithm'],
      [publicJwk('a', { crv: 'P-384' }), 'algorithm'],
      [{ ...weak, kid: 'w' }, 'weak'],
      [{ ...rsa(2048), e: 'AQ', kid: 'w' }, 'weak'],
      [{ kty: 'EC', crv: 'secp256k1', x: good.x, y: good.y, kid: 'k' }, 'algorithm'],
      [{ kty: 'constructor', kid: 'k' }, 'algorithm'],
    ]
    for (const [entry, flaw] of cases)
      t.same(
        taken([entry, good], ['ES256', 'RS256']),
        { kids: ['good'], flaws: [flaw] },
        JSON.stringify(entry),
      )
    t.end()
  },
)

t.test('of several keys under one kid none is taken; the same one written twice is one', (t) => {
  const [one, two] = [publicJwk('k'), publicJwk('k')]
  t.same(taken([one, two]), { kids: [], flaws: ['ambiguous'] })
  t.same(taken([one, two, one]), { kids: [], flaws: ['ambiguous'] })
  t.same(taken([one, { ...one }]), { kids: ['k'], flaws: [] })
  const secret = { kty: 'oct', k: 'c2VjcmV0', kid: 'k' }
  t.same(taken([one, secret]), { kids: [], flaws: ['shared', 'ambiguous'] }, 'beside a secret of its name')
  const leaked = { ...ec().privateKey.export({ format: 'jwk' }), kid: 'k' }
  t.same(
    taken([leaked, one]),
    { kids: [], flaws: ['private', 'ambiguous'] },
    'beside a private key of its name',
  )
  t.end()
})

t.test('a key serves the algorithms it fits and its issuer is allowed, and no others', (t) => {
  const keys = [{ ...rsa(2048), kid: 'r' }, publicJwk('e'), publicJwk('p', { alg: 'ES256' })]
  const ring = readKeyRing({ keys }, ['RS256', 'PS256', 'ES256'])
  const suits = (kid: string) =>
    ['RS256', 'PS256', 'RS512', 'ES256', 'ES384', 'HS256', 'none', 'toString'].filter((alg) =>
      ring?.keys.get(kid)?.suits(alg),
    )
  t.same(suits('r'), ['RS256', 'PS256'])
  t.same(suits('e'), ['ES256'])
  t.same(suits('p'), ['ES256'])
  t.end()
})

t.test('what is kept of a set is its public members alone', (t) => {
  const jwk = publicJwk('k', { alg: 'ES256', use: 'sig', x5u: 'https://x/', note: 'hello' })
  const [kept] = readKeyRing({ keys: [jwk] }, ['ES256'])?.jwks ?? []
  t.same(Object.keys(kept ?? {}).sort(), ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'])
  t.ok(createPublicKey({ key: kept as never, format: 'jwk' }))
  t.end()
})

t.test('what is no key set is none', (t) => {
  for (const set of [
    null,
    1,
    'x',
    [],
    {},
    { keys: {} },
    { keys: 'x' },
    { keys: Array(101).fill(publicJwk('k')) },
  ])
    t.equal(readKeyRing(set, ['ES256']), undefined, JSON.stringify(set)?.slice(0, 40))
  t.end()
})
