import t from 'tap'
import { readDuration } from '../../src/keys/duration.ts'

t.test('seconds and ISO durations are read', async (t) => {
  const cases: [unknown, number][] = [
    [0, 0],
    [90, 90],
    ['P1D', 86_400],
    ['P90D', 7_776_000],
    ['P2W', 1_209_600],
    ['PT12H', 43_200],
    ['PT1H30M5S', 5_405],
    ['P1DT1S', 86_401],
    ['PT0S', 0],
  ]
  for (const [written, seconds] of cases) t.equal(readDuration(written), seconds, String(written))
})

t.test('everything else is none', async (t) => {
  const bad = [-1, 1.5, Number.NaN, 1e300, null, undefined, {}, [], true, '', '90', '90d', 'P', 'PT', 'P1DT']
  for (const value of [
    ...bad,
    'p1d',
    'P1M',
    'P1Y',
    'PT1.5S',
    '-P1D',
    'P-1D',
    ' P1D',
    'P1D\n',
    `P${'9'.repeat(10)}D`,
  ])
    t.equal(readDuration(value), undefined, String(value))
})
