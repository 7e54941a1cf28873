import type { Decision, Receipt } from '@stockgate/rate-limit'
import { calendar, charge, concurrency, rate } from './charges.ts'
import { forBothTwins, SECOND, type Twin } from './twins.ts'

const FLIGHT = [concurrency('flight', 2)]

async function receipt(decision: Decision | Promise<Decision>): Promise<Receipt> {
  const { receipt } = await decision
  if (receipt === null) throw new Error('it was refused')
  return receipt
}

async function remaining(twin: Twin, ...limits: Parameters<typeof charge>[1]): Promise<number[]> {
  return (await twin.peek(charge('demo', limits, 0))).limits.map((limit) => limit.remaining)
}

forBothTwins('a place is taken whatever the cost, and freed at the end', async (t, twin) => {
  const first = await receipt(twin.decide(charge('demo', FLIGHT, 100)))
  await receipt(twin.decide(charge('demo', FLIGHT, 0)))
  t.match(await twin.decide(charge('demo', FLIGHT)), {
    allowed: false,
    retryAfter: 1,
    limits: [{ kind: 'concurrency', quota: 2, window: null, remaining: 0, reset: null, violated: true }],
  })
  twin.release(first)
  twin.release(first)
  t.same(await remaining(twin, ...FLIGHT), [1])
})

forBothTwins('a place nobody renews comes back after thirty seconds', async (t, twin, pass) => {
  await twin.decide(charge('demo', FLIGHT))
  pass(30 * SECOND - 1)
  t.same(await remaining(twin, ...FLIGHT), [1])
  pass(1)
  t.same(await remaining(twin, ...FLIGHT), [2])
})

forBothTwins('a place is kept for as long as it is renewed', async (t, twin, pass) => {
  const held = await receipt(twin.decide(charge('demo', FLIGHT)))
  for (let beat = 0; beat < 6; beat++) {
    pass(20 * SECOND)
    twin.renew()
  }
  t.same(await remaining(twin, ...FLIGHT), [1])
  twin.release(held)
  twin.renew()
  t.same(await remaining(twin, ...FLIGHT), [2], 'and not longer')
})

forBothTwins('one limit of any kind refuses for all, and nothing is spent', async (t, twin) => {
  const limits = [rate('burst', 10, 60), calendar('daily', 10), concurrency('flight', 1)]
  const held = await receipt(twin.decide(charge('demo', limits, 4)))
  t.match(await twin.decide(charge('demo', limits, 4)), {
    allowed: false,
    limits: [{ violated: false }, { violated: false }, { violated: true }],
  })
  t.same(await remaining(twin, ...limits), [6, 6, 0])
  twin.release(held)
  t.match(await twin.decide(charge('demo', limits, 7)), {
    allowed: false,
    limits: [{ violated: true }, { violated: true, reset: 35_200 }, { violated: false }],
    retryAfter: 35_200,
  })
  t.same(await remaining(twin, ...limits), [6, 6, 1])
})

forBothTwins('the true cost gives back what was too much and takes what was too little', async (t, twin) => {
  const limits = [rate('burst', 10, 60), calendar('daily', 10)]
  const dear = await receipt(twin.decide(charge('demo', limits, 6)))
  twin.settle(dear, 2)
  t.same(await remaining(twin, ...limits), [8, 8])
  twin.settle(dear, 0)
  t.same(await remaining(twin, ...limits), [10, 10])
  const cheap = await receipt(twin.decide(charge('demo', limits, 1)))
  twin.settle(cheap, 5)
  t.same(await remaining(twin, ...limits), [5, 5])
  twin.settle(cheap, 1_000_000)
  t.same(await remaining(twin, ...limits), [0, 0], 'at most all there is')
  for (const cost of [-1, 0.5, Number.NaN]) twin.settle(cheap, cost)
  t.same(await remaining(twin, ...limits), [0, 0], 'what is no cost changes nothing')
})

forBothTwins('what is given back never makes more than the quota', async (t, twin, pass) => {
  const burst = rate('burst', 10, 10)
  const early = await receipt(twin.decide(charge('demo', [burst], 8)))
  pass(7 * SECOND)
  await twin.decide(charge('demo', [burst], 1))
  twin.settle(early, 0)
  t.same(await remaining(twin, burst), [10])
})

forBothTwins('a look spends nothing, takes no place and gives no receipt', async (t, twin) => {
  const limits = [rate('burst', 10, 60), calendar('daily', 10), concurrency('flight', 1)]
  for (let look = 0; look < 3; look++) {
    t.match(await twin.peek(charge('demo', limits, 10, { other: limits })), {
      allowed: true,
      limits: [{ remaining: 10 }, { remaining: 10 }, { remaining: 1 }],
      candidates: [{ candidate: 'other', allowed: true, violated: [] }],
      receipt: null,
    })
  }
})

forBothTwins('a candidate is scored on every request as if it were in force', async (t, twin) => {
  const live = [rate('burst', 4, 60)]
  const candidates = { tighter: [rate('burst', 2, 60)], wider: [rate('burst', 6, 60)] }
  const verdicts: (boolean | undefined)[][] = []
  for (let call = 0; call < 7; call++) {
    const decision = await twin.decide(charge('demo', live, 1, candidates))
    verdicts.push([decision.allowed, ...decision.candidates.map(({ allowed }) => allowed)])
  }
  t.same(verdicts, [
    [true, true, true],
    [true, true, true],
    [true, false, true],
    [true, false, true],
    [false, false, true],
    [false, false, true],
    [false, false, false],
  ])
})

forBothTwins('a candidate is corrected only where it has counted', async (t, twin) => {
  const candidates = { tighter: [rate('burst', 2, 60)] }
  const live = [rate('burst', 10, 60)]
  const counted = await receipt(twin.decide(charge('demo', live, 2, candidates)))
  const refused = await receipt(twin.decide(charge('demo', live, 1, candidates)))
  twin.settle(refused, 0)
  t.match(await twin.peek(charge('demo', live, 1, candidates)), { candidates: [{ violated: ['burst'] }] })
  twin.settle(counted, 1)
  t.match(await twin.peek(charge('demo', live, 1, candidates)), { candidates: [{ violated: [] }] })
})

forBothTwins('a candidate holds places only for requests that are in flight', async (t, twin) => {
  const candidates = { other: [concurrency('flight', 2)] }
  const one = [concurrency('flight', 1)]
  const held = await receipt(twin.decide(charge('demo', one, 1, candidates)))
  for (let call = 0; call < 5; call++)
    t.match(await twin.decide(charge('demo', one, 1, candidates)), {
      allowed: false,
      candidates: [{ allowed: true }],
    })
  twin.release(held)
  await twin.decide(charge('demo', one, 1, candidates))
  t.match(await twin.decide(charge('demo', one, 1, candidates)), { candidates: [{ allowed: true }] })
})

forBothTwins('a limit of another kind under the same name starts anew', async (t, twin, pass) => {
  const held = await receipt(twin.decide(charge('demo', [concurrency('burst', 1)])))
  t.match(await twin.decide(charge('demo', [rate('burst', 5, 60)], 5)), { allowed: true })
  pass(20 * SECOND)
  twin.renew()
  twin.release(held)
  t.match(await twin.decide(charge('demo', [rate('burst', 5, 60)], 2)), { allowed: false })
  t.match(await twin.decide(charge('demo', [calendar('burst', 5)], 5)), { allowed: true })
  t.match(await twin.decide(charge('demo', [concurrency('burst', 1)])), { allowed: true })
  t.match(await twin.decide(charge('demo', [concurrency('burst', 1)])), { allowed: false })
})

forBothTwins('the newest ten refusals of an owner are kept, for a day', async (t, twin, pass) => {
  const refusal = (at: number, requestId: string) => ({
    at,
    requestId,
    method: 'GET',
    route: '/products',
    violated: ['burst'],
    retryAfter: 1,
  })
  const start = 1_790_000_000_000
  for (let call = 0; call < 12; call++) twin.note('client:noted', refusal(start + call, `req_${call}`))
  const kept = await twin.refusals('client:noted')
  t.same(
    kept.map(({ requestId }) => requestId),
    Array.from({ length: 10 }, (_, index) => `req_${11 - index}`),
  )
  t.same(kept[0], refusal(start + 11, 'req_11'))
  t.same(await twin.refusals('client:other'), [])
  pass(86_400 * SECOND + 5_000)
  t.equal((await twin.refusals('client:noted')).length, 6)
})
