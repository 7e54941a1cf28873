import t from 'tap'
import type { Sample, Variant } from '../src/measure.ts'
import { median, rowsOf, tableOf } from '../src/report.ts'

const variant = (name: string, over: string | null): Variant => ({
  name,
  over,
  start: () => Promise.reject(new Error('not started here')),
})

const sample = (name: string, round: number, cpuMicros: number): Sample => ({
  variant: name,
  round,
  cpuMicros,
  p50: 1,
  p99: 2,
  bad: round === 2 ? 3 : 0,
})

t.test('what a variant adds is the median of its differences within each round', async (t) => {
  const samples = [
    sample('base', 1, 10),
    sample('base', 2, 100),
    sample('base', 3, 20),
    sample('ours', 1, 15),
    sample('ours', 2, 106),
    sample('ours', 3, 40),
  ]
  const [base, ours] = rowsOf([variant('base', null), variant('ours', 'base')], samples)
  t.match(base, { cpuMicros: 20, added: null, bad: 3 })
  t.match(ours, { cpuMicros: 40, added: 6, over: 'base', bad: 3 })
})

t.test('the table has a line for each variant, aligned', async (t) => {
  const rows = rowsOf(
    [variant('base', null), variant('ours', 'base')],
    [sample('base', 1, 10), sample('ours', 1, 9.5)],
  )
  const lines = tableOf(rows).split('\n')
  t.equal(lines.length, 3)
  t.match(lines[2], /^ours +9\.5 +-0\.5 +base +1\.00 +2\.00 +0$/)
})

t.test('the median of an even number of values lies between the two in the middle', async (t) => {
  t.equal(median([4, 1, 3, 2]), 2.5)
  t.equal(median([3, 1, 2]), 2)
})
