import { manualClock, type TestScope } from '@stockgate/test-kit'
import { pino } from 'pino'
import t from 'tap'
import { RemoteKeySet } from '../../src/tokens/remote-key-set.ts'
import { createForge, type Forge } from '../kit/forge.ts'
import { keyServer } from '../kit/tokens.ts'

const STEP_MS = 250
const ROTATION_MS = 20_000
const WARM_UP_MS = 32_000
/** In each step; by the clock of the test forty times that in a second. */
const STRANGERS = 25

/** Rotates ten times in a flood, each key shown `leadMs` before it signs; gives what became of what is valid. */
async function rotate(t: TestScope, leadMs: number) {
  const clock = manualClock()
  let current: Forge = createForge()
  let next: Forge | undefined
  const server = await keyServer(t, { keys: [current.jwk] }, clock.now)
  const planned: { at: number; run: () => void }[] = []
  const set = new RemoteKeySet({
    issuer: 'https://issuer.test',
    url: new URL(server.url),
    algorithms: ['ES256'],
    maxStaleMs: 86_400_000,
    log: pino({ level: 'silent' }),
    clock: clock.now,
    onKeysGone: () => {},
    later: (run, ms) => {
      planned.splice(0, 1, { at: clock.now() + ms, run })
      return () => planned.splice(0)
    },
  })
  t.teardown(() => set.stop())
  set.start()
  await set.refresh()
  const start = clock.now()
  const outcome = { valid: 0, refused: 0, strangers: 0, taken: 0 }
  let strangers = 0
  for (let ms = 0; ms < WARM_UP_MS + 10 * ROTATION_MS; ms += STEP_MS) {
    clock.set(start + ms)
    const into = (ms - WARM_UP_MS) % ROTATION_MS
    if (ms >= WARM_UP_MS && into === 0) {
      next = createForge()
      server.body = JSON.stringify({ keys: [current.jwk, next.jwk] })
    }
    if (next !== undefined && into === leadMs) {
      current = next
      next = undefined
    }
    if (into === ROTATION_MS - STEP_MS) server.body = JSON.stringify({ keys: [current.jwk] })
    const [due] = planned
    if (due !== undefined && due.at <= clock.now()) due.run()
    const random = Array.from({ length: STRANGERS }, () => set.find(`random ${strangers++}`))
    for (const found of await Promise.all(random)) outcome[found === undefined ? 'strangers' : 'taken']++
    outcome.valid++
    if ((await set.find(current.kid)) === undefined) outcome.refused++
  }
  return { ...outcome, fetches: server.fetches.slice(1) }
}

t.test(
  'ten planned rotations in a flood of unknown kids refuse no valid token, within two fetches in 30 s',
  async (t) => {
    const { fetches, ...outcome } = await rotate(t, 17_000)
    t.match(outcome, { valid: 928, refused: 0, taken: 0, strangers: 928 * STRANGERS })
    const densest = Math.max(
      ...fetches.map((at) => fetches.filter((one) => one >= at && one - at < 30_000).length),
    )
    t.equal(densest, 2)
    t.ok(fetches.length > 10, `${fetches.length} fetches`)
  },
)

t.test('a key that signs the moment it is shown is refused for a while in such a flood', async (t) => {
  const { refused, valid, fetches } = await rotate(t, 0)
  t.ok(refused > 0, `${refused} of ${valid}: the flood is one`)
  t.ok(fetches.length > 10)
})
