import t from 'tap'
import { createForge } from '../kit/forge.ts'
import { forgeIssuer, openTestTokens } from '../kit/tokens.ts'

const A = `${'A'.repeat(42)}A`
const B = `${'b'.repeat(42)}Q`

t.test('what a token is bound to goes with its client', async (t) => {
  const forge = createForge()
  const { tokens } = openTestTokens(t, { issuers: [forgeIssuer(forge)] })
  const bond = async (cnf: unknown) => (await tokens.learn(forge.token({ cnf }))).confirmation
  t.equal(await bond(undefined), null)
  t.same(await bond({ jkt: A }), { jkt: A, x5t: null })
  t.same(await bond({ 'x5t#S256': B }), { jkt: null, x5t: B })
  t.same(await bond({ jkt: A, 'x5t#S256': B }), { jkt: A, x5t: B })
})

t.test('a token that is bound in a way we cannot check is refused instead of taken as unbound', async (t) => {
  const forge = createForge()
  const { verdict } = openTestTokens(t, { issuers: [forgeIssuer(forge)] })
  const others = [{ jwk: forge.jwk }, { kid: 'x' }, { jku: 'https://x/' }, { jkt: A, kid: 'x' }]
  for (const cnf of others)
    t.equal(
      await verdict(forge.token({ cnf })),
      'The token is bound in a way not known here',
      JSON.stringify(cnf),
    )
  const malformed = [
    ...[null, 'x', 1, [], {}, [{ jkt: A }], { jkt: null }, { jkt: 1 }, { jkt: '' }, { jkt: [A] }],
    ...[{ jkt: `${A}=` }, { jkt: A.slice(1) }, { jkt: `${'A'.repeat(42)}B` }, { jkt: `${'A'.repeat(42)} ` }],
    ...[{ 'x5t#S256': 'x' }, { jkt: A, 'x5t#S256': `${'+'.repeat(42)}A` }],
  ]
  for (const cnf of malformed)
    t.equal(await verdict(forge.token({ cnf })), 'The claim cnf is malformed', JSON.stringify(cnf))
})
