import { manualClock } from '@stockgate/test-kit'
import fc from 'fast-check'
import t from 'tap'
import { createForge } from '../kit/forge.ts'
import { forgeIssuer, openTestTokens } from '../kit/tokens.ts'

t.test('exp, nbf and iat are each taken up to their own leeway and not a second further', async (t) => {
  const clock = manualClock('2026-06-01T12:00:00Z')
  const forge = createForge({ now: clock.now })
  const now = clock.seconds()
  const leeways = { expLeeway: 5, nbfLeeway: 3, iatLeeway: 0 }
  const { verdict } = openTestTokens(t, { issuers: [forgeIssuer(forge, leeways)], clock: clock.now })
  const cases: [claims: object, said: string][] = [
    [{ exp: now - 4 }, 'good'],
    [{ exp: now - 5 }, 'The token has expired'],
    [{ exp: now - 6 }, 'The token has expired'],
    [{ nbf: now + 3 }, 'good'],
    [{ nbf: now + 4 }, 'The token is not valid yet'],
    [{ iat: now }, 'good'],
    [{ iat: now + 1 }, 'The token was issued in the future'],
    [{ exp: undefined }, 'The claim exp is missing'],
    [{ iat: undefined }, 'The claim iat is missing'],
  ]
  for (const [claims, said] of cases)
    t.equal(await verdict(forge.token(claims)), said, JSON.stringify(claims))
})

t.test('at any moment a token is good exactly between nbf and exp, leeways included', async (t) => {
  const clock = manualClock('2026-06-01T12:00:00Z')
  const forge = createForge({ now: clock.now })
  const { verdict } = openTestTokens(t, { issuers: [forgeIssuer(forge)], clock: clock.now })
  const start = clock.seconds()
  const offset = fc.integer({ min: -400, max: 400 })
  const check = fc.asyncProperty(offset, offset, fc.integer({ min: 0, max: 999 }), async (nbf, exp, ms) => {
    clock.set((start + 1_000) * 1_000 + ms)
    const now = start + 1_000 + ms / 1000
    const token = forge.token({ nbf: start + 1_000 + nbf, exp: start + 1_000 + exp, iat: start })
    const expected = start + 1_000 + exp > now - 5 && start + 1_000 + nbf <= now + 5
    return ((await verdict(token)) === 'good') === expected
  })
  await fc.assert(check, { numRuns: 500, seed: 7 })
  t.pass('500 moments')
})

t.test('a remembered token ends with its exp; what the leeway adds is judged anew each time', async (t) => {
  const clock = manualClock('2026-06-01T12:00:00Z')
  const forge = createForge({ now: clock.now })
  const { tokens, verdict } = openTestTokens(t, { issuers: [forgeIssuer(forge)], clock: clock.now })
  const token = forge.token({ exp: clock.seconds() + 10 })
  t.equal(await verdict(token), 'good')
  clock.advance(10_000)
  t.equal(tokens.recall(token), undefined)
  t.equal(await verdict(token), 'good')
  clock.advance(5_000)
  t.equal(await verdict(token), 'The token has expired')
})
