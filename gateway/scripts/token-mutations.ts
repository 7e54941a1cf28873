// Judges good tokens and texts made of them, with node:crypto as the word on what is good.
// `node gateway/scripts/token-mutations.ts [mutated] [good] [seed]` prints the counts; wrong verdicts end it with 1.
import { createForge } from '../test/kit/forge.ts'
import { runMutations } from '../test/kit/mutation-run.ts'
import { forgeIssuer, openTestTokens } from '../test/kit/tokens.ts'

const [mutations, good, seed] = [100_000, 5_000, 1].map((usual, at) =>
  Number(process.argv[2 + at] ?? usual),
) as [number, number, number]
const ends: (() => unknown)[] = []
const forge = createForge()
const scope = { teardown: (end: () => unknown) => void ends.push(end) }
const { verdict } = openTestTokens(scope, { issuers: [forgeIssuer(forge)] })
const began = performance.now()
const run = await runMutations(forge, verdict, { mutations, good, seed })
for (const end of ends) await end()
process.stdout.write(
  `good tokens       ${run.good}, refused ${run.wronglyRefused.length}
mutated tokens    ${run.mutated}, taken ${run.wronglyAccepted.length}
unchanged texts   ${run.unchanged} (left out)
seed ${seed}, ${Math.round((performance.now() - began) / 1000)} s
`,
)
if (run.wronglyAccepted.length + run.wronglyRefused.length > 0) process.exitCode = 1
