import { manualClock } from '@stockgate/test-kit'
import t from 'tap'
import { createReplays } from '../../src/proofs/replays.ts'

const PAST = 60_000
const FUTURE = 5_000

function replays(most?: number) {
  const clock = manualClock()
  const { see } = createReplays({
    clock: clock.now,
    pastMs: PAST,
    futureMs: FUTURE,
    ...(most !== undefined && { most }),
  })
  return { clock, see }
}

t.test('a proof is known for as long as it could be used again, whenever it came', async (t) => {
  for (const wait of [0, 1, 30_000, 64_999, 65_000, 100_000, 1_000_000]) {
    const { clock, see } = replays()
    clock.advance(wait)
    // The latest moment it can have been made lives longest.
    const madeAt = clock.now() + FUTURE
    t.equal(see('one', madeAt), 'first')
    clock.advance(30_000)
    see('meanwhile', clock.now())
    clock.advance(PAST + FUTURE - 30_000)
    t.equal(see('one', madeAt), 'again', `came after ${wait} ms`)
  }
})

t.test('a flood makes old proofs useless, never a used one new', async (t) => {
  const { clock, see } = replays(100)
  const madeAt = clock.now()
  t.equal(see('used', madeAt), 'first')
  const unused = clock.now()
  for (let i = 0; i < 300; i++) {
    clock.advance(100)
    t.equal(see(`flood ${i}`, clock.now()), 'first')
  }
  t.not(see('used', madeAt), 'first')
  t.equal(see('never seen, as old as what was forgotten', unused), 'forgotten')
  t.equal(see('fresh', clock.now()), 'first')
  t.equal(see('fresh', clock.now()), 'again')
})

t.test('over any flood no proof that is young enough passes twice', async (t) => {
  const { clock, see } = replays(50)
  const used: [id: string, madeAt: number][] = []
  let passedTwice = 0
  let firsts = 0
  for (let i = 0; i < 5_000; i++) {
    clock.advance(i % 97)
    const fresh: [string, number] = [`p${i}`, clock.now() - (i % 7) * 1_000 + FUTURE]
    if (see(...fresh) === 'first') {
      firsts++
      used.push(fresh)
    }
    const again = used[(i * 31) % used.length]
    if (again && again[1] >= clock.now() - PAST && see(...again) === 'first') passedTwice++
  }
  t.equal(passedTwice, 0)
  t.ok(firsts > 1_000, `${firsts} proofs passed once`)
})
