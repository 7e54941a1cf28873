import { type BareItem, parseList } from 'structured-headers'
import t from 'tap'
import { MemoryLimiter } from '../../src/limiter/memory-limiter.ts'
import { rateLimitFields, rateLimitPolicyField } from '../../src/limiter/rate-limit-fields.ts'

const LIMITS = Object.freeze([
  { name: 'burst', quota: 100, window: 1 },
  { name: 'sustained', quota: 3000, window: 60 },
])

function limiter() {
  return new MemoryLimiter({ now: () => 1_000_000 })
}

function parsed(field: string): [BareItem, Record<string, BareItem>][] {
  return parseList(field).map(([name, parameters]) => [name as BareItem, Object.fromEntries(parameters)])
}

t.test('an admitted request shows the policy of its tier and what is left', async (t) => {
  const fields = rateLimitFields(limiter().decide('demo', LIMITS, 1), LIMITS)
  t.same(fields, {
    'ratelimit-policy': '"burst";q=100;w=1, "sustained";q=3000;w=60',
    ratelimit: '"burst";r=99;t=1, "sustained";r=2999;t=1',
  })
})

t.test('a refused request is told when to come back, and no window that ends later', async (t) => {
  const one = limiter()
  for (let call = 0; call < 100; call++) one.decide('demo', LIMITS, 1)
  const fields = rateLimitFields(one.decide('demo', LIMITS, 1), LIMITS)
  t.same(fields, {
    'ratelimit-policy': '"burst";q=100;w=1, "sustained";q=3000;w=60',
    ratelimit: '"burst";r=0;t=1, "sustained";r=2900',
    'retry-after': '1',
  })
})

t.test('both fields are lists of structured fields with whole numbers', async (t) => {
  const one = limiter()
  for (let call = 0; call < 150; call++) {
    const fields = rateLimitFields(one.decide('demo', LIMITS, 3), LIMITS)
    const [policy, state] = [parsed(fields?.['ratelimit-policy'] ?? ''), parsed(fields?.ratelimit ?? '')]
    t.same(
      policy.map(([name]) => name),
      ['burst', 'sustained'],
    )
    t.same(
      state.map(([name]) => name),
      ['burst', 'sustained'],
    )
    t.ok([...policy, ...state].every(([, numbers]) => Object.values(numbers).every(Number.isSafeInteger)))
  }
})

t.test('the policy of a tier is written once', async (t) => {
  const named = [{ name: 'burst', quota: 5, window: 1 }]
  t.equal(rateLimitPolicyField(named), '"burst";q=5;w=1')
  named.push({ name: 'sustained', quota: 50, window: 60 })
  t.equal(
    rateLimitPolicyField(named),
    '"burst";q=5;w=1',
    'a list of limits never changes, so it is not read again',
  )
})

t.test('where no limit applied there are no fields', async (t) => {
  t.equal(rateLimitFields(limiter().decide('demo', [], 1), []), undefined)
})
