import { exportJWK, generateKeyPair } from 'jose'
import t from 'tap'
import {
  type Caller,
  createCallerVerifier,
  GATEWAY_ISSUER,
  generateCallerJwk,
  importCallerKey,
  KeysUnreachable,
  signCaller,
} from '../src/index.ts'
import { keyServer } from './key-server.ts'

const caller: Caller = { sub: '42', clientId: 'demo', scopes: new Set(['orders:read']) }
const START = 1_800_000_000
const HOUR = 3_600

const newKey = async () => importCallerKey(await generateCallerJwk())

/** A service that trusts whom the key server serves, by a clock that moves only when told. */
async function setUp(t: Parameters<typeof keyServer>[0]) {
  const time = { now: START }
  const key = await newKey()
  const server = await keyServer(t, { keys: [key.publicJwk] })
  const verify = createCallerVerifier(
    'orders',
    [{ issuer: GATEWAY_ISSUER, keys: server.url }],
    () => time.now,
  )
  const fresh = (by = key) => signCaller(by, 'orders', caller, time.now, 60)
  return { time, key, server, verify, fresh }
}

t.test('many calls at once fetch the keys once, and later ones not again', async (t) => {
  const { server, verify, fresh } = await setUp(t)
  await Promise.all(Array.from({ length: 20 }, async () => verify(await fresh())))
  t.same(await verify(await fresh()), caller)
  t.equal(server.fetches, 1)
})

t.test('keys that were once known are used while the issuer is away, for a day', async (t) => {
  const { time, server, verify, fresh } = await setUp(t)
  await verify(await fresh())
  server.status = 500
  for (let hour = 1; hour <= 23; hour++) {
    time.now += HOUR
    t.same(await verify(await fresh()), caller, `after ${hour} h`)
  }
  time.now += 2 * HOUR
  await t.rejects(verify(await fresh()), KeysUnreachable)
  server.status = 200
  time.now += 1
  t.same(await verify(await fresh()), caller, 'and at once when it is back')
})

t.test('an old set is fetched anew beside the calls', async (t) => {
  const { time, server, verify, fresh } = await setUp(t)
  await verify(await fresh())
  time.now += 301
  server.body = 'not yet'
  t.same(await verify(await fresh()), caller)
  for (let i = 0; i < 5_000 && server.fetches < 2; i++) await new Promise((resolve) => setTimeout(resolve, 1))
  t.equal(server.fetches, 2)
})

t.test('a new key is fetched when a token first names it', async (t) => {
  const { time, key, server, verify, fresh } = await setUp(t)
  await verify(await fresh())
  const next = await newKey()
  server.body = JSON.stringify({ keys: [key.publicJwk, next.publicJwk] })
  time.now += 3
  t.same(await verify(await fresh(next)), caller)
  t.equal(server.fetches, 2)
})

t.test('tokens with unknown key ids cannot make us fetch again and again', async (t) => {
  const { time, server, verify, fresh } = await setUp(t)
  await verify(await fresh())
  for (let i = 0; i < 100; i++) {
    if (i % 10 === 0) time.now += 1
    await t.rejects(verify(await fresh(await newKey())), { code: 'ERR_JWKS_NO_MATCHING_KEY' })
  }
  t.ok(server.fetches <= 1 + 10 / 2, `${server.fetches} fetches in 10 s`)
  t.same(await verify(await fresh()), caller)
})

t.test(
  'while no key was ever fetched nothing is told about a token, and few fetches are tried',
  async (t) => {
    const { time, server, verify, fresh } = await setUp(t)
    const { privateKey } = await generateKeyPair('ES256', { extractable: true })
    const usable = server.body
    const troubles: [string, number, string][] = [
      ['an error', 500, usable],
      ['a redirect', 302, usable],
      ['no JSON', 200, 'no json'],
      ['null', 200, 'null'],
      ['no set', 200, '{"keys":{}}'],
      ['an empty set', 200, '{"keys":[]}'],
      ['a private key', 200, JSON.stringify({ keys: [await exportJWK(privateKey)] })],
      ['a shared key', 200, '{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}'],
      ['half a key', 200, '{"keys":[null,1,{"kty":"EC","crv":"P-256","x":"AAAA"}]}'],
      ['a set without end', 200, `${' '.repeat(100_000)}${usable}`],
      ['a thousand keys', 200, JSON.stringify({ keys: Array(1_000).fill(1) })],
    ]
    for (const [what, status, body] of troubles) {
      Object.assign(server, { status, body, fetches: 0 })
      time.now += 10
      const token = await fresh()
      for (let i = 0; i < 5; i++) await t.rejects(verify(token), KeysUnreachable, what)
      t.equal(server.fetches, 1, what)
    }
    Object.assign(server, { status: 200, body: usable })
    time.now += 1
    t.same(await verify(await fresh()), caller)
  },
)
