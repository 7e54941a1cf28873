import { hash } from 'node:crypto'
import { manualClock, startRedis } from '@stockgate/test-kit'
import t from 'tap'
import type { RevocationEvent, RevokedTokens } from '../../src/tokens/index.ts'
import { folderOf } from '../kit/folder.ts'
import { createForge } from '../kit/forge.ts'
import { forgeIssuer, openTestRevocations, openTestTokens } from '../kit/tokens.ts'
import { until } from '../kit/until.ts'

const MINUTE = 60_000

/** A gateway's tokens and revocations by one clock. */
async function open(t: Parameters<typeof openTestTokens>[0], folder?: string) {
  const clock = manualClock('2026-06-01T12:00:00.400Z')
  const forge = createForge({ now: clock.now })
  const revocations = await openTestRevocations(t, {
    clock: clock.now,
    ...(folder !== undefined && { folder }),
  })
  const { verdict } = openTestTokens(t, { issuers: [forgeIssuer(forge)], clock: clock.now, revocations })
  const revoke = (tokens: RevokedTokens, ms = 60 * MINUTE) =>
    revocations.revoke({ tokens, reason: 'test', until: clock.now() + ms }, 'ops')
  return { clock, forge, revocations, verdict, revoke }
}

const REVOKED = 'The token is revoked'

t.test(
  'a token revoked by its jti or its hash is refused at once, remembered or not, and no other is',
  async (t) => {
    const { forge, verdict, revoke } = await open(t)
    const [one, two, three, other] = [1, 2, 3, 4].map((n) => forge.token({ jti: `t${n}` })) as [
      string,
      string,
      string,
      string,
    ]
    for (const token of [one, two, other]) t.equal(await verdict(token), 'good')
    await revoke({ by: 'jti', jti: 't1', issuer: null })
    await revoke({ by: 'token', hash: hash('sha256', two, 'base64url') })
    await revoke({ by: 'jti', jti: 't3', issuer: 'https://issuer.test' })
    await revoke({ by: 'jti', jti: 't4', issuer: 'https://other.test' })
    t.same([await verdict(one), await verdict(two), await verdict(three)], [REVOKED, REVOKED, REVOKED])
    t.equal(await verdict(other), 'good', 'the same jti of another issuer is another token')
  },
)

t.test(
  'all tokens of a user or a client end that were issued until then, and later ones are good',
  async (t) => {
    const { clock, forge, verdict, revoke } = await open(t)
    const [user, app, both] = [forge.token({ sub: 'u' }), forge.token({ client_id: 'app' }), forge.token()]
    for (const token of [user, app, both]) t.equal(await verdict(token), 'good')
    await revoke({ by: 'sub', sub: 'u', issuer: null, issuedUntil: clock.now() })
    await revoke({ by: 'client', client: 'app', issuer: 'https://issuer.test', issuedUntil: clock.now() })
    t.same([await verdict(user), await verdict(app), await verdict(both)], [REVOKED, REVOKED, 'good'])
    t.equal(await verdict(forge.token({ sub: 'u' })), REVOKED, 'a token of the same second is one of them')
    clock.advance(1_000)
    t.equal(await verdict(forge.token({ sub: 'u' })), 'good')
    t.equal(await verdict(forge.token({ client_id: 'app' })), 'good')
    t.equal(await verdict(user), REVOKED)
  },
)

t.test('a revocation is forgotten when it has run out, and not before', async (t) => {
  const { clock, forge, revocations, verdict, revoke } = await open(t)
  const token = forge.token({ jti: 'x', exp: clock.seconds() + 0.6 + 7_200 })
  await revoke({ by: 'jti', jti: 'x', issuer: null }, 60 * MINUTE)
  clock.advance(60 * MINUTE - 1)
  t.equal(await verdict(token), REVOKED)
  t.equal(revocations.list().length, 1)
  clock.advance(1)
  t.equal(await verdict(token), 'good')
  t.same(revocations.list(), [])
})

t.test(
  'what is revoked is so after a restart, and what cannot be read in the journal is left out',
  async (t) => {
    const folder = folderOf(t, {})
    const first = await open(t, folder)
    const token = first.forge.token({ sub: 'gone' })
    await first.revoke({ by: 'sub', sub: 'gone', issuer: null, issuedUntil: first.clock.now() })
    const foreign = { kind: 'amnesty', at: 1 } as unknown as RevocationEvent
    await first.revocations.journal.append(foreign, 1)
    await first.revoke({ by: 'jti', jti: 'after', issuer: null })
    await first.revocations.end()
    const again = await openTestRevocations(t, { folder, clock: first.clock.now })
    const { verdict } = openTestTokens(t, {
      issuers: [forgeIssuer(first.forge)],
      clock: first.clock.now,
      revocations: again,
    })
    t.equal(await verdict(token), REVOKED)
    t.match(again.list(), [
      { author: 'ops', reason: 'test', tokens: { by: 'sub', sub: 'gone' } },
      { tokens: { jti: 'after' } },
    ])
  },
)

t.test('there are no more revocations than a gateway is to hold; one that ran out makes room', async (t) => {
  const clock = manualClock()
  const revocations = await openTestRevocations(t, { clock: clock.now, most: 3 })
  const revoke = (jti: string) =>
    revocations.revoke(
      { tokens: { by: 'jti', jti, issuer: null }, reason: 'test', until: clock.now() + MINUTE },
      'ops',
    )
  await Promise.all(['a', 'b', 'c'].map(revoke))
  await t.rejects(revoke('d'), { name: 'RevocationFault', kind: 'full' })
  clock.advance(MINUTE)
  await revoke('d')
  t.equal(revocations.list().length, 1)
})

t.test(
  'a revocation reaches the other gateway through Redis, and holds on both when Redis is gone',
  async (t) => {
    const redis = await startRedis(t)
    const forge = createForge()
    const sites = await Promise.all(
      [1, 2].map(async () => {
        const revocations = await openTestRevocations(t, { redisUrl: redis.url })
        return { revocations, ...openTestTokens(t, { issuers: [forgeIssuer(forge)], revocations }) }
      }),
    )
    const [here, there] = sites as [(typeof sites)[0], (typeof sites)[0]]
    const [token, kept] = [forge.token({ sub: 'leaver' }), forge.token()]
    for (const { verdict } of sites) t.same([await verdict(token), await verdict(kept)], ['good', 'good'])
    await here.revocations.revoke(
      {
        tokens: { by: 'sub', sub: 'leaver', issuer: null, issuedUntil: Date.now() },
        reason: 'left',
        until: Date.now() + MINUTE,
      },
      'ops',
    )
    t.equal(await here.verdict(token), REVOKED)
    await until(() => there.revocations.list().length === 1, 'the other gateway heard of it')
    t.equal(there.tokens.recall(token), undefined, 'what it remembered died with the news')
    t.same([await there.verdict(token), await there.verdict(kept)], [REVOKED, 'good'])
    await redis.stop()
    for (const { verdict } of sites) t.same([await verdict(token), await verdict(kept)], [REVOKED, 'good'])
  },
)
