import t from 'tap'
import { manualClock } from '../src/index.ts'

t.test('the clock moves only when told', async (t) => {
  const { now, seconds, advance, set } = manualClock('2026-03-01T00:00:00Z')
  const start = Date.parse('2026-03-01T00:00:00Z')
  t.equal(now(), start)
  advance(1500)
  t.equal(now(), start + 1500)
  t.equal(seconds(), start / 1000 + 1.5)
  set(0)
  t.equal(now(), 0)
  t.throws(() => set('never'), TypeError)
})
