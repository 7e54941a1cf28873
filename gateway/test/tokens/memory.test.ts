import { manualClock } from '@stockgate/test-kit'
import t from 'tap'
import { createTokenMemory } from '../../src/tokens/memory.ts'
import type { Verified } from '../../src/tokens/verify.ts'

function setup(lifetime = 300, believedUntil = Number.POSITIVE_INFINITY) {
  const clock = manualClock()
  const asked: string[] = []
  const verify = async (token: string): Promise<Verified> => {
    asked.push(token)
    if (token.startsWith('bad')) throw new Error('bad')
    const expires = clock.seconds() + lifetime
    const client = {
      sub: token,
      clientId: token,
      scopes: new Set<string>(),
      expires,
      claims: {},
      confirmation: null,
      callerTokens: new Map(),
    }
    return { client, issuer: 'one', kid: token.slice(0, 1), jti: token, issued: 0, believedUntil }
  }
  return { clock, asked, memory: createTokenMemory(verify, clock.now) }
}

t.test('a verified token is not verified again for a minute', async (t) => {
  const { memory, clock } = setup()
  t.equal(memory.recall('a'), undefined)
  const client = await memory.learn('a')
  t.equal(memory.recall('a'), client)
  clock.advance(59_999)
  t.equal(memory.recall('a'), client)
  clock.advance(1)
  t.equal(memory.recall('a'), undefined)
})

t.test('no token is remembered beyond its exp', async (t) => {
  const { memory, clock } = setup(10)
  await memory.learn('a')
  clock.advance(10_000)
  t.equal(memory.recall('a'), undefined)
})

t.test('a refused token is not remembered', async (t) => {
  const { memory, asked } = setup()
  await t.rejects(memory.learn('bad'))
  t.equal(memory.recall('bad'), undefined)
  await t.rejects(memory.learn('bad'))
  t.equal(asked.length, 2)
})

t.test('the same new token in many requests at once is verified once', async (t) => {
  const { memory, asked } = setup()
  const clients = await Promise.all(Array.from({ length: 10 }, () => memory.learn('a')))
  t.equal(new Set(clients).size, 1)
  t.equal(asked.length, 1)
})

t.test('a key that goes takes its own tokens and no others', async (t) => {
  const { memory } = setup()
  await Promise.all([memory.learn('a'), memory.learn('b')])
  memory.forget('one', new Set(['b']))
  t.equal(memory.recall('a'), undefined)
  t.ok(memory.recall('b'))
  memory.forget('two', new Set())
  t.ok(memory.recall('b'), 'another issuer is another matter')
})
