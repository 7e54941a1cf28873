import { manualClock } from '@stockgate/test-kit'
import { exportJWK, generateKeyPair, generateSecret, type JWK } from 'jose'
import t from 'tap'
import { createCheckProof, type ProvenCall } from '../../src/proofs/dpop.ts'
import { PROOF_ALGORITHMS } from '../../src/proofs/proof-key.ts'
import { type HolderKey, holderKey, type ProofWish, proofOf } from '../kit/dpop.ts'

const PUBLIC_URL = 'https://api.test'
const START = Date.parse('2026-01-01T00:00:00Z')
const SECONDS = START / 1000
const TOKEN = 'any.access.token'
const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

async function checker(alg?: string) {
  const clock = manualClock(START)
  const checkProof = createCheckProof(clock.now)
  const holder = await holderKey(alg)
  const make = (wish: Partial<ProofWish> = {}, by: HolderKey = holder) =>
    proofOf(by, { token: TOKEN, now: clock.now(), ...wish })
  const flawOf = async (proof: string | undefined, call: Partial<ProvenCall> = {}) =>
    (
      await checkProof({
        proof,
        method: 'GET',
        origin: PUBLIC_URL,
        path: '/things',
        token: TOKEN,
        thumbprint: holder.thumbprint,
        ...call,
      })
    )?.code ?? null
  return { clock, holder, make, flawOf }
}

t.test('a good proof passes, of every algorithm that is announced', async (t) => {
  for (const alg of PROOF_ALGORITHMS) {
    const { make, flawOf } = await checker(alg)
    t.equal(await flawOf(await make()), null, alg)
    t.equal(await flawOf(await make()), null, `${alg}, a second one with the key that is known`)
  }
})

t.test('a proof for another call or another token is refused', async (t) => {
  const { make, flawOf } = await checker()
  const cases: [claims: Record<string, unknown>, flaw: string][] = [
    [{ htm: 'POST' }, 'DPOP_HTM'],
    [{ htm: 'get' }, 'DPOP_HTM'],
    [{ htm: undefined }, 'DPOP_HTM'],
    [{ htm: ['GET'] }, 'DPOP_HTM'],
    [{ htu: `${PUBLIC_URL}/other` }, 'DPOP_HTU'],
    [{ htu: 'https://gateway.other/things' }, 'DPOP_HTU'],
    [{ htu: 'http://api.test/things' }, 'DPOP_HTU'],
    [{ htu: '/things' }, 'DPOP_HTU'],
    [{ htu: undefined }, 'DPOP_HTU'],
    [{ htu: [`${PUBLIC_URL}/things`] }, 'DPOP_HTU'],
    [{ ath: undefined }, 'DPOP_ATH'],
    [{ ath: 'fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo' }, 'DPOP_ATH'],
    [{ ath: '' }, 'DPOP_ATH'],
    [{ jti: undefined }, 'DPOP_JTI'],
    [{ jti: '' }, 'DPOP_JTI'],
    [{ jti: 7 }, 'DPOP_JTI'],
    [{ jti: 'x'.repeat(257) }, 'DPOP_JTI'],
  ]
  for (const [claims, flaw] of cases)
    t.equal(await flawOf(await make({ claims })), flaw, JSON.stringify(claims))
  t.equal(await flawOf(await make(), { token: 'another.access.token' }), 'DPOP_ATH')
})

t.test('a proof lives for a minute, and may be a little ahead of our clock', async (t) => {
  const { make, flawOf } = await checker()
  const cases: [iat: unknown, flaw: string | null][] = [
    [SECONDS - 60, null],
    [SECONDS - 61, 'DPOP_LATE'],
    [SECONDS + 5, null],
    [SECONDS + 6, 'DPOP_EARLY'],
    [0, 'DPOP_LATE'],
    [1e308, 'DPOP_EARLY'],
    [-1e308, 'DPOP_LATE'],
    [String(SECONDS), 'DPOP_FORM'],
    [undefined, 'DPOP_FORM'],
    [null, 'DPOP_FORM'],
  ]
  for (const [iat, flaw] of cases) t.equal(await flawOf(await make({ claims: { iat } })), flaw, `iat ${iat}`)
  t.equal(
    await flawOf(await make({ claims: { exp: SECONDS - 10 } })),
    'DPOP_SIGNATURE',
    'an exp that is over counts',
  )
})

t.test('a proof is good once, also when both calls come together', async (t) => {
  const { clock, make, flawOf } = await checker()
  const proof = await make()
  t.same((await Promise.all([flawOf(proof), flawOf(proof)])).sort(), ['DPOP_AGAIN', null])
  clock.advance(59_000)
  t.equal(await flawOf(proof), 'DPOP_AGAIN')
  clock.advance(2_000)
  t.equal(await flawOf(proof), 'DPOP_LATE')
  const same = { claims: { jti: 'same' } }
  t.equal(await flawOf(await make(same)), null)
  t.equal(await flawOf(await make(same)), 'DPOP_AGAIN', 'another proof under the same jti')
})

t.test('a proof that was refused does not use up its jti', async (t) => {
  const { make, flawOf } = await checker()
  const { privateKey } = await generateKeyPair('ES256')
  t.equal(await flawOf(await make({ claims: { jti: 'kept' }, signer: privateKey })), 'DPOP_SIGNATURE')
  t.equal(await flawOf(await make({ claims: { jti: 'kept' } })), null)
})

t.test('type, algorithm, extensions and key of a proof are as they must be', async (t) => {
  const { holder, make, flawOf } = await checker()
  const other = await holderKey()
  const privateJwk = await exportJWK(holder.privateKey)
  const cases: [header: Record<string, unknown>, flaw: string][] = [
    [{ typ: undefined }, 'DPOP_TYP'],
    [{ typ: 'JWT' }, 'DPOP_TYP'],
    [{ typ: 'at+jwt' }, 'DPOP_TYP'],
    [{ typ: 'DPoP+JWT' }, 'DPOP_TYP'],
    [{ typ: 'application/dpop+jwt' }, 'DPOP_TYP'],
    [{ b64: true, crit: ['b64'] }, 'DPOP_CRIT'],
    [{ jwk: undefined }, 'DPOP_JWK'],
    [{ jwk: privateJwk }, 'DPOP_JWK'],
    [{ jwk: { ...holder.publicJwk, d: '' } }, 'DPOP_JWK'],
    [{ jwk: 'text' }, 'DPOP_JWK'],
    [{ jwk: [] }, 'DPOP_JWK'],
    [{ jwk: { kty: 'oct', k: 'c2VjcmV0' } }, 'DPOP_JWK'],
    [{ jwk: { kty: 'constructor' } }, 'DPOP_JWK'],
    [{ jwk: { ...holder.publicJwk, y: undefined } }, 'DPOP_JWK'],
    [{ jwk: other.publicJwk }, 'DPOP_JKT'],
    [{ jwk: undefined, jku: 'http://127.0.0.1:1/', kid: 'x' }, 'DPOP_JWK'],
  ]
  for (const [header, flaw] of cases)
    t.equal(await flawOf(await make({ header })), flaw, JSON.stringify(header))
  t.equal(await flawOf(await make({ signer: other.privateKey })), 'DPOP_SIGNATURE', 'signed by another key')
  t.equal(await flawOf(await make({}, other)), 'DPOP_JKT', 'all of it by another key')
  const es = await make({ header: { jwk: { ...holder.publicJwk, use: 'enc', alg: 'ES384', key_ops: [] } } })
  t.equal(await flawOf(es), null, 'what a key says of its use is nobody to us')
})

t.test('proofs without a signature, or signed with a secret, are refused', async (t) => {
  const { holder, make, flawOf } = await checker()
  const [, claims, signature] = (await make()).split('.')
  const headed = (header: object) =>
    `${encoded({ typ: 'dpop+jwt', jwk: holder.publicJwk, ...header })}.${claims}.`
  for (const alg of ['none', 'None', 'NONE', 'HS256', 'ES256K', '', 7, null, ['ES256']])
    t.equal(await flawOf(headed({ alg }) + signature), 'DPOP_ALG', String(alg))
  t.equal(await flawOf(headed({ alg: 'none' })), 'DPOP_FORM')
  t.equal(await flawOf(headed({ alg: 'ES256' })), 'DPOP_FORM', 'an empty signature')
  const secret = (await generateSecret('HS256')) as CryptoKey
  const own = (await make({ header: { alg: 'HS256' }, signer: secret })) as string
  t.equal(await flawOf(own), 'DPOP_ALG')
  t.equal(
    await flawOf(headed({ alg: 'RS256' }) + signature),
    'DPOP_JWK',
    'an algorithm of another kind of key',
  )
})

t.test('a proof has one spelling and a bounded size', async (t) => {
  const { make, flawOf } = await checker()
  const proof = await make()
  const spelt: (string | undefined)[] = [
    ` ${proof}`,
    `${proof} `,
    `${proof}=`,
    proof.replace('.', '. '),
    proof.replace('.', '..'),
    `${proof}.x`,
    `${proof}, ${proof}`,
    `"${proof}"`,
    'a.b.c',
    '..',
    'x',
    `${encoded([])}.${encoded({})}.AAAA`,
    `${encoded(null)}.${encoded(null)}.AAAA`,
    await make({ claims: { more: 'x'.repeat(4_096) } }),
    'x'.repeat(1_000_000),
  ]
  for (const one of spelt) t.equal(await flawOf(one), 'DPOP_FORM', String(one).slice(0, 80))
  for (const none of [undefined, '']) t.equal(await flawOf(none), 'DPOP_MISSING')
  const twin = { A: 'B', Q: 'R', g: 'h', w: 'x' }[proof.at(-1) ?? ''] ?? t.bailout('an odd signature')
  t.equal(await flawOf(proof.slice(0, -1) + twin), 'DPOP_FORM', 'a second spelling of the same signature')
  t.equal(await flawOf(proof), null, 'and the proof itself is still good')
})

t.test('a proof that says a thing twice, or too much, is refused', async (t) => {
  const { make, flawOf } = await checker()
  const [head = '', body = '', signature = ''] = (await make()).split('.')
  const text = (segment: string) => Buffer.from(segment, 'base64url').toString('utf8')
  const again = (segment: string, more: string) =>
    Buffer.from(`${text(segment).slice(0, -1)},${more}}`).toString('base64url')
  const said: string[] = [
    `${again(head, '"alg":"ES256"')}.${body}`,
    `${again(head, '"\\u0061lg":"none"')}.${body}`,
    `${again(head, '"typ":"dpop+jwt"')}.${body}`,
    `${head}.${again(body, '"htm":"GET"')}`,
    `${head}.${again(body, '"deep":[[[[[1]]]]]')}`,
    `${head}.${again(body, `"many":[${'1,'.repeat(100)}1]`)}`,
    `${head}.${Buffer.from(`\ufeff${text(body)}`).toString('base64url')}`,
    `${head}.${Buffer.from([...Buffer.from(text(body)).subarray(0, -1), 0xff]).toString('base64url')}`,
  ]
  for (const one of said) t.equal(await flawOf(`${one}.${signature}`), 'DPOP_FORM', one.slice(-40))
})

t.test('keys that would cost us dearly are refused unread', async (t) => {
  const { flawOf, make } = await checker('RS256')
  const { holder } = await checker('RS256')
  const { n = '', e = '' } = holder.publicJwk
  const dear: JWK[] = [
    { kty: 'RSA', n: n.slice(0, 340), e },
    { kty: 'RSA', n: n.repeat(2).slice(0, 684), e },
    { kty: 'RSA', n, e: n },
  ]
  for (const jwk of dear) t.equal(await flawOf(await make({ header: { jwk } })), 'DPOP_JWK')
})

t.test('a point that is not on its curve is no key', async (t) => {
  const { make, flawOf, holder } = await checker()
  const { calculateJwkThumbprint } = await import('jose')
  const jwk = { ...holder.publicJwk, x: holder.publicJwk.y } as JWK
  const thumbprint = await calculateJwkThumbprint(jwk)
  t.equal(await flawOf(await make({ header: { jwk } }), { thumbprint }), 'DPOP_JWK')
})
