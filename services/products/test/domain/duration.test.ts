import t from 'tap'
import { secondsOf } from '../../src/domain/duration.ts'

t.test('durations of days, hours, minutes and seconds are read', (t) => {
  for (const [text, seconds] of [
    ['PT15M', 900],
    ['PT1S', 1],
    ['P1D', 86_400],
    ['P1DT1H1M1S', 90_061],
    ['PT0S', 0],
    ['PT90M', 5_400],
  ] as const)
    t.equal(secondsOf(text), seconds, text)
  t.end()
})

t.test('anything else is none', (t) => {
  for (const text of [
    '',
    'P',
    'PT',
    'P1Y',
    'P1M',
    'P1W',
    'PT1.5S',
    '-PT1S',
    'PT1M1H',
    '15',
    'pt15m',
    'P1DT',
    'PT999999999S',
  ])
    t.equal(secondsOf(text), undefined, text)
  t.end()
})
