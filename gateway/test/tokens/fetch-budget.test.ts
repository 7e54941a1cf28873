import t from 'tap'
import { createFetchBudget } from '../../src/tokens/fetch-budget.ts'

const START = 1_000_000

/** The most fetches in any 30 s. */
function densest(fetches: readonly number[]): number {
  return Math.max(
    0,
    ...fetches.map((at) => fetches.filter((other) => other >= at && other - at < 30_000).length),
  )
}

t.test('a flood of 10,000 unknown keys a second gets no more than two fetches in any 30 s', (t) => {
  const budget = createFetchBudget()
  const fetches = [START]
  budget.spend(START, true)
  let longestGap = 0
  // Each millisecond ten strangers, for five minutes.
  for (let now = START + 1; now < START + 300_000; now++)
    for (let i = 0; i < 10; i++)
      if (budget.allows(now)) {
        longestGap = Math.max(longestGap, now - (fetches.at(-1) as number))
        fetches.push(now)
        budget.spend(now, false)
      }
  t.equal(densest(fetches), 2)
  t.ok(fetches.length >= 15, `${fetches.length} fetches`)
  t.ok(longestGap <= 30_000, `a new key is known after ${longestGap} ms at most`)
  t.end()
})

t.test('a flood that stays just below what counts as one is bound as well', (t) => {
  const budget = createFetchBudget()
  const asked: number[] = []
  for (let now = START; now < START + 300_000; now += 25)
    if (budget.allows(now)) {
      asked.push(now)
      budget.spend(now, false)
    }
  t.equal(densest(asked), 2)
  t.end()
})

t.test('a flood that comes in bursts, because somebody stalls, is a flood all the time', (t) => {
  const budget = createFetchBudget()
  const asked: number[] = []
  for (let burst = START; burst < START + 600_000; burst += 2_500)
    for (let now = burst; now < burst + 20; now++)
      for (let i = 0; i < 10; i++)
        if (budget.allows(now)) {
          asked.push(now)
          budget.spend(now, false)
        }
  t.equal(densest(asked), 2)
  const gaps = asked.slice(2).map((at, i) => at - (asked[i + 1] as number))
  t.ok(
    Math.max(...gaps.slice(1)) <= 20_000,
    `once it runs, a new key is known after ${Math.max(...gaps.slice(1))} ms`,
  )
  t.end()
})

t.test('one token of a random key does not hold up a really new one', (t) => {
  const budget = createFetchBudget()
  budget.spend(START, true)
  t.equal(budget.allows(START + 2_000), true, 'the random one')
  budget.spend(START + 2_000, false)
  t.equal(budget.allows(START + 2_500), false, 'not at once')
  t.equal(budget.allows(START + 3_000), true, 'the new one, a second later')
  t.end()
})

t.test('planned fetches use up nothing in calm', (t) => {
  const budget = createFetchBudget()
  for (const at of [0, 10_000, 20_000]) budget.spend(START + at, true)
  t.equal(budget.allows(START + 21_000), true)
  t.end()
})

t.test('a clock that is set back does not close the budget', (t) => {
  const budget = createFetchBudget()
  budget.spend(START, false)
  budget.spend(START + 1_000, false)
  t.equal(budget.allows(START + 2_000), false)
  t.equal(budget.allows(START - 86_400_000), true)
  t.end()
})
