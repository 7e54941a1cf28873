import { validateLimits } from '@stockgate/policy-schema'
import t from 'tap'
import { createPolicyStore, createSnapshot } from '../../src/policy/index.ts'
import { LIMITS } from './folder.ts'

function snapshot(quota: number) {
  const verdict = validateLimits({
    ...LIMITS,
    tiers: { ...LIMITS.tiers, standard: { limits: { burst: { quota, window: 1 } } } },
  })
  if (!verdict.ok) throw new Error(JSON.stringify(verdict.problems))
  return createSnapshot(verdict.limits, [])
}

t.test('a request keeps the snapshot it began with while the next one gets the new', async (t) => {
  const store = createPolicyStore(snapshot(100))
  const begun = store.current()
  const next = snapshot(50)
  t.equal(store.swap(next), begun, 'swap answers the one that was in force')
  t.equal(store.current(), next)
  t.equal(begun.tierOf('demo').limits[0]?.quota, 100)
  t.equal(store.current().tierOf('demo').limits[0]?.quota, 50)
  t.not(begun.revision, next.revision)
})
