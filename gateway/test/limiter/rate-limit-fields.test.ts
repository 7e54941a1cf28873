import fc from 'fast-check'
import { parseDictionary, parseList, serializeList } from 'structured-headers'
import t from 'tap'
import { emitters, legacyFields } from '../../src/limiter/rate-limit-fields/index.ts'
import { countersOf, daily, decided, places, rate, type Standing, violated } from './decided.ts'

const BURST = rate('burst', 100, 1, 99, 1)
const SUSTAINED = rate('sustained', 3000, 60, 2999, 1)
const DAILY = daily('daily', 5000, 4999, 3600)
const INFLIGHT = places('inflight', 20, 19)
const ALL = [BURST, SUSTAINED, DAILY, INFLIGHT]

function fields(revision: '11' | '07', standings: readonly Standing[]): [policy: string, state: string] {
  const [counters, decision] = [countersOf(standings), decided(standings)]
  return [emitters[revision].policy(counters, decision), emitters[revision].state(counters, decision)]
}

t.test('draft 11 names every limit, and gives no time for what nobody can foretell', async (t) => {
  t.same(fields('11', ALL), [
    '"burst";q=100;w=1, "sustained";q=3000;w=60, "daily";q=5000;w=86400, "inflight";q=20;qu="concurrent-requests"',
    '"burst";r=99;t=1, "sustained";r=2999;t=1, "daily";r=4999;t=3600, "inflight";r=19',
  ])
})

t.test('a refusal by draft 11 gives a time only for the limits in the way', async (t) => {
  const [policy, state] = fields('11', [violated(BURST), SUSTAINED, violated(DAILY), violated(INFLIGHT)])
  t.match(policy, /^"burst";q=100;w=1, /)
  t.equal(state, '"burst";r=0;t=1, "sustained";r=2999, "daily";r=0;t=3600, "inflight";r=0')
})

t.test('draft 07 tells of the strictest limit alone and leaves out calls in flight', async (t) => {
  t.same(fields('07', ALL), ['100;w=1, 3000;w=60, 5000;w=86400', 'limit=100, remaining=99, reset=1'])
  t.equal(fields('07', [BURST, rate('sustained', 3000, 60, 15, 59)])[1], 'limit=3000, remaining=15, reset=59')
  t.equal(fields('07', [BURST, violated(DAILY)])[1], 'limit=5000, remaining=0, reset=3600')
  t.equal(
    fields('07', [SUSTAINED, violated(INFLIGHT)])[1],
    '',
    'a limit that is not in the way has no say in when to come back',
  )
  t.same(fields('07', [INFLIGHT]), ['', ''])
})

t.test(
  'the old fields tell of the strictest limit, of calls in flight only where it is the one',
  async (t) => {
    t.same(legacyFields(decided(ALL)), {
      'x-ratelimit-limit': '100',
      'x-ratelimit-remaining': '99',
      'x-ratelimit-reset': '1',
    })
    for (const standings of [[INFLIGHT], [BURST, violated(INFLIGHT)]])
      t.match(legacyFields(decided(standings)), { 'x-ratelimit-limit': '20', 'x-ratelimit-reset': undefined })
    t.same(legacyFields(decided([BURST, violated(SUSTAINED)])), {
      'x-ratelimit-limit': '3000',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': '1',
    })
    t.same(legacyFields(decided([])), {})
  },
)

t.test('where nothing could be counted there is nothing to tell', async (t) => {
  const closed = { ...decided([]), allowed: false, decidedBy: 'closed' as const }
  for (const emitter of Object.values(emitters))
    t.same([emitter.policy(countersOf(ALL), closed), emitter.state(countersOf(ALL), closed)], ['', ''])
})

t.test(
  'the policy is written once for a list of counters, and again when a period has another length',
  (t) => {
    const counters = countersOf([DAILY])
    const before = emitters['11'].policy(counters, decided([DAILY]))
    const spring = decided([daily('daily', 5000, 4999, 3600, 82_800)])
    t.equal(before, '"daily";q=5000;w=86400')
    t.equal(
      emitters['11'].policy(counters, spring),
      '"daily";q=5000;w=82800',
      'the day the clock is put forward',
    )
    t.equal(emitters['11'].policy(counters, decided([DAILY])), before)
    t.end()
  },
)

const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,31}$/)
const amount = fc.integer({ min: 1, max: 50_000_000 })
const standing = fc
  .tuple(fc.constantFrom(rate, daily, places), name, amount, amount, amount, fc.boolean())
  .map(([make, called, quota, one, two, hit]): Standing => {
    const remaining = one % (quota + 1)
    const made =
      make === rate
        ? rate(called, quota, two, remaining, one)
        : make === daily
          ? daily(called, quota, remaining, two)
          : places(called, quota, remaining)
    return hit ? violated(made) : made
  })

t.test('whatever the limits are, both drafts are structured fields in their one spelling', async (t) => {
  fc.assert(
    fc.property(fc.array(standing, { minLength: 1, maxLength: 6 }), (standings) => {
      const [policy, state] = fields('11', standings)
      t.equal(serializeList(parseList(policy)), policy)
      t.equal(serializeList(parseList(state)), state)
      t.equal(parseList(policy).length, standings.length)
      const older = fields('07', standings)
      t.equal(serializeList(parseList(older[0])), older[0])
      t.ok(older[1] === '' || parseDictionary(older[1]).size === 3)
    }),
    { numRuns: 300 },
  )
})

t.test('Retry-After is never earlier than any time told', async (t) => {
  fc.assert(
    fc.property(fc.array(standing, { minLength: 1, maxLength: 6 }), (standings) => {
      const decision = decided(standings)
      if (decision.allowed) return
      const times = parseList(fields('11', standings)[1]).map(([, parameters]) => parameters.get('t') ?? 0)
      const older = fields('07', standings)[1]
      if (older !== '') times.push(parseDictionary(older).get('reset')?.[0] as number)
      times.push(Number(legacyFields(decision)['x-ratelimit-reset'] ?? 0))
      t.ok(times.every((time) => (time as number) <= decision.retryAfter))
    }),
    { numRuns: 300 },
  )
})
