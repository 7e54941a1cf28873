import t from 'tap'
import { epochClock, epochMicros } from '../src/index.ts'

const WALL = 1_800_000_000_000

function clocks() {
  const time = { monotonic: 5_000.25, wall: WALL }
  const now = epochClock({ monotonic: () => time.monotonic, wall: () => time.wall })
  const pass = (milliseconds: number) => {
    time.monotonic += milliseconds
    time.wall += milliseconds
  }
  return { time, now, pass }
}

t.test('it tells whole microseconds since the epoch', async (t) => {
  const { now, pass } = clocks()
  t.equal(now(), WALL * 1_000)
  pass(1.5)
  t.equal(now(), WALL * 1_000 + 1_500)
  t.ok(Number.isSafeInteger(epochMicros()))
  t.ok(Math.abs(epochMicros() - Date.now() * 1_000) < 1_000_000)
})

t.test('small corrections of the wall clock do not move it', async (t) => {
  const { time, now, pass } = clocks()
  time.wall += 900
  pass(200)
  t.equal(now(), WALL * 1_000 + 200_000)
  time.wall -= 1_800
  pass(200)
  t.equal(now(), WALL * 1_000 + 400_000)
})

t.test('a wall clock stepped forward takes it along', async (t) => {
  const { time, now, pass } = clocks()
  time.wall += 3_600_000
  pass(200)
  t.equal(now(), (WALL + 3_600_200) * 1_000)
})

t.test('a wall clock stepped back neither turns nor stops it', async (t) => {
  const { time, now, pass } = clocks()
  time.wall -= 3_600_000
  pass(200)
  t.equal(now(), (WALL + 200) * 1_000)
  pass(1_000)
  t.equal(now(), (WALL + 1_200) * 1_000)
})
