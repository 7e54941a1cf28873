import t from 'tap'
import { createForge } from '../kit/forge.ts'
import { runMutations } from '../kit/mutation-run.ts'
import { forgeIssuer, openTestTokens } from '../kit/tokens.ts'

// `node gateway/scripts/token-mutations.ts 100000 5000` does the same with as many as one likes.
t.test('of 15,000 mutated tokens none is taken, and of 1,000 good ones none is refused', async (t) => {
  const forge = createForge()
  const { verdict } = openTestTokens(t, { issuers: [forgeIssuer(forge)] })
  const run = await runMutations(forge, verdict, { mutations: 15_000, good: 1_000 })
  t.same(run.wronglyAccepted, [])
  t.same(run.wronglyRefused, [])
  t.match(run, { mutated: 15_000, good: 1_000 })
})
