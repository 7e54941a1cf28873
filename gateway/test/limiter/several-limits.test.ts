import type { LimitSpec } from '@stockgate/policy-schema'
import { charge, rate } from './charges.ts'
import { forBothTwins, SECOND } from './twins.ts'

const LIMITS: readonly LimitSpec[] = [rate('burst', 10, 1), rate('sustained', 25, 60)]

forBothTwins('the strictest limit wins', async (t, twin, pass) => {
  for (let second = 0; second < 2; second++) {
    for (let call = 0; call < 10; call++) t.ok((await twin.decide(charge('demo', LIMITS, 1))).allowed)
    t.match(await twin.decide(charge('demo', LIMITS, 1)), {
      allowed: false,
      retryAfter: 1,
      limits: [
        { name: 'burst', remaining: 0, reset: 1, violated: true },
        { name: 'sustained', violated: false },
      ],
    })
    pass(SECOND)
  }
  // 20 of 25 are gone and less than one has come back: now the sustained limit is the narrow one.
  for (let call = 0; call < 5; call++) t.ok((await twin.decide(charge('demo', LIMITS, 1))).allowed)
  t.match(await twin.decide(charge('demo', LIMITS, 1)), {
    allowed: false,
    retryAfter: 1,
    limits: [
      { name: 'burst', remaining: 5, violated: false },
      { name: 'sustained', remaining: 0, violated: true },
    ],
  })
})

forBothTwins('a refused request spends nothing from any limit', async (t, twin) => {
  await twin.decide(charge('demo', LIMITS, 8))
  for (let call = 0; call < 50; call++) t.notOk((await twin.decide(charge('demo', LIMITS, 3))).allowed)
  t.match(await twin.decide(charge('demo', LIMITS, 2)), {
    allowed: true,
    limits: [{ remaining: 0 }, { remaining: 15 }],
  })
})

forBothTwins('a request waits for the slowest of the limits it violates', async (t, twin) => {
  for (const moment of [10, 10, 5]) {
    await twin.decide(charge('demo', [LIMITS[1] as LimitSpec], moment))
  }
  await twin.decide(charge('demo', [LIMITS[0] as LimitSpec], 10))
  const { allowed, retryAfter, limits } = await twin.decide(charge('demo', LIMITS, 10))
  t.equal(allowed, false)
  t.same(
    limits.map(({ reset }) => reset),
    [1, 24],
  )
  t.equal(retryAfter, 24)
})

forBothTwins('the cost is taken from every limit, and fits after the time told', async (t, twin, pass) => {
  t.match(await twin.decide(charge('demo', LIMITS, 7)), {
    allowed: true,
    cost: 7,
    limits: [
      { remaining: 3, reset: 1 },
      { remaining: 18, reset: 17 },
    ],
  })
  const { retryAfter } = await twin.decide(charge('demo', LIMITS, 5))
  t.equal(retryAfter, 1)
  pass(retryAfter * SECOND)
  t.ok((await twin.decide(charge('demo', LIMITS, 5))).allowed)
})

forBothTwins('a cost above the quota is refused for good and changes nothing', async (t, twin, pass) => {
  t.match(await twin.decide(charge('demo', LIMITS, 11)), { allowed: false, retryAfter: 1 })
  pass(3600 * SECOND)
  t.match(await twin.decide(charge('demo', LIMITS, 11)), {
    allowed: false,
    limits: [{ remaining: 10 }, { remaining: 25 }],
  })
})

forBothTwins('a cost of nothing shows where the limits stand', async (t, twin) => {
  await twin.decide(charge('demo', LIMITS, 4))
  for (let look = 0; look < 3; look++) {
    t.match(await twin.decide(charge('demo', LIMITS, 0)), {
      allowed: true,
      limits: [{ remaining: 6 }, { remaining: 21 }],
    })
  }
})

forBothTwins('a cost that is not a whole number is refused as a fault of the caller', async (t, twin) => {
  for (const cost of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    await t.rejects(async () => twin.decide(charge('demo', LIMITS, cost)), RangeError)
  }
})

forBothTwins('without any limit everything passes', async (t, twin) => {
  t.match(await twin.decide(charge('demo', [], 1)), {
    allowed: true,
    cost: 1,
    limits: [],
    candidates: [],
    retryAfter: 0,
  })
})

forBothTwins('keys do not share their budgets', async (t, twin) => {
  for (const key of ['a', 'a b', '', '}{', 'ä'.repeat(500)]) {
    t.ok((await twin.decide(charge(key, LIMITS, 10))).allowed)
    t.notOk((await twin.decide(charge(key, LIMITS, 1))).allowed)
  }
})

forBothTwins('one microsecond decides, with thirds of one counted', async (t, twin, pass) => {
  const thirds = [rate('burst', 3, 1)]
  t.ok((await twin.decide(charge('demo', thirds, 3))).allowed)
  pass(333_333)
  t.notOk((await twin.decide(charge('demo', thirds, 1))).allowed, 'a third of a microsecond is missing')
  pass(1)
  t.ok((await twin.decide(charge('demo', thirds, 1))).allowed)
  pass(333_332)
  t.notOk((await twin.decide(charge('demo', thirds, 1))).allowed, 'what was too much before is not lost')
  pass(1)
  t.ok((await twin.decide(charge('demo', thirds, 1))).allowed)
})

forBothTwins(
  'a change of quota rounds what is owed up, by less than a microsecond',
  async (t, twin, pass) => {
    t.ok((await twin.decide(charge('demo', [rate('burst', 3, 1)], 1))).allowed)
    const sevenths = [rate('burst', 7, 1)]
    t.ok((await twin.decide(charge('demo', sevenths, 4))).allowed)
    pass(47_619)
    t.notOk((await twin.decide(charge('demo', sevenths, 1))).allowed)
    pass(1)
    t.ok((await twin.decide(charge('demo', sevenths, 1))).allowed)
  },
)
