import { readFile } from 'node:fs/promises'
import { parseDocument, validateLimits } from '@stockgate/policy-schema'
import t from 'tap'

t.test('the limits.json of a fresh install is valid and has the tiers the documentation names', async (t) => {
  const parsed = parseDocument(await readFile(new URL('../../policy/limits.json', import.meta.url), 'utf8'))
  t.ok(parsed.ok)
  const verdict = validateLimits(parsed.ok ? parsed.document : undefined)
  t.same(
    verdict.ok ? verdict.warnings : verdict.problems,
    [],
    'nothing to mend, nothing that is probably not meant',
  )
  if (!verdict.ok) return
  const { tiers, clients, defaultTier, anonymousTier } = verdict.limits
  const numbers = Object.values(tiers).map(({ name, limits }) => [
    name,
    ...limits.map(
      (limit) => `${limit.name} ${limit.quota}/${limit.kind === 'rate' ? limit.window : limit.kind}`,
    ),
  ])
  t.same(numbers, [
    ['anonymous', 'burst 10/1', 'sustained 120/60'],
    ['standard', 'burst 100/1', 'sustained 3000/60'],
    ['partner', 'burst 200/1', 'sustained 9000/60'],
    ['internal', 'burst 1000/1', 'sustained 50000/60'],
  ])
  t.match({ ...clients }, { demo: 'standard', warehouse: 'internal', manager: 'internal', ops: 'internal' })
  t.same([defaultTier, anonymousTier], ['standard', 'anonymous'])
})
