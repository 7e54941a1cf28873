import t from 'tap'
import { type LimitsPolicy, validateLimits, worstCases } from '../src/index.ts'
import { validLimits } from './valid.ts'

function policyWith(standard: object): LimitsPolicy {
  const verdict = validateLimits({ ...validLimits(), tiers: { ...validLimits().tiers, standard } })
  if (!verdict.ok) throw new Error(JSON.stringify(verdict.problems))
  return verdict.limits
}

const limits = { burst: { quota: 100, window: 1 }, flights: { concurrent: 3 } }

t.test('with shares all gateways together admit the limit, and one call each at least', async (t) => {
  const [two, five] = [2, 5].map((gateways) => worstCases(policyWith({ limits }), gateways)[0])
  t.same(two?.limits, [
    { limit: 'burst', admitted: 100 },
    { limit: 'flights', admitted: 3 },
  ])
  t.same(five?.limits[1], { limit: 'flights', admitted: 5 }, 'more than the limit of 3')
  t.match(
    five?.text,
    /^tier "standard" while Redis is away: each of 5 gateways .* burst 100 per 1 s, flights 5 instead of 3 in flight, .* adds 1\/5$/,
  )
})

t.test('one gateway alone keeps to the whole limit', async (t) => {
  const [one] = worstCases(policyWith({ limits }), 1)
  t.same(
    one?.limits.map(({ admitted }) => admitted),
    [100, 3],
  )
  t.match(one?.text, /the one gateway keeps to the whole limit: burst 100 per 1 s, flights 3 in flight$/)
})

t.test('closed admits nothing and open everything', async (t) => {
  const [closed] = worstCases(policyWith({ limits, onStoreFailure: 'closed' }), 2)
  t.same(
    closed?.limits.map(({ admitted }) => admitted),
    [0, 0],
  )
  t.match(closed?.text, /503/)
  const [open] = worstCases(policyWith({ limits, onStoreFailure: 'open' }), 2)
  t.same(
    open?.limits.map(({ admitted }) => admitted),
    [null, null],
  )
  t.match(open?.text, /no limit holds/)
})
