import { manualClock } from '@stockgate/test-kit'
import t from 'tap'
import { Breaker, type StoreState } from '../../src/limiter/breaker.ts'

function breaker() {
  const clock = manualClock(1_000)
  const changes: StoreState[] = []
  const it = new Breaker({ now: clock.now, onChange: (state) => changes.push(state) })
  return { it, clock, changes }
}

t.test('three failures in a row open it, with the cause of the last', async (t) => {
  const { it, clock, changes } = breaker()
  it.failed('late')
  it.failed('late')
  it.succeeded()
  it.failed('late')
  it.failed('late')
  t.ok(it.state.reachable)
  clock.advance(5)
  it.failed('later')
  t.same(it.state, { reachable: false, since: 1_005, cause: 'later' })
  t.same(changes, [it.state])
})

t.test(
  'a store that fails every second time is opened too, and one that fails now and then is not',
  async (t) => {
    const { it } = breaker()
    for (let call = 0; call < 1_000; call++) call % 3 === 0 ? it.failed('late') : it.succeeded()
    t.ok(it.state.reachable)
    for (let call = 0; call < 20; call++) call % 2 === 0 ? it.failed('late') : it.succeeded()
    t.notOk(it.state.reachable)
  },
)

t.test('a lost connection opens it at once', async (t) => {
  const { it, changes } = breaker()
  it.open('connection lost')
  it.open('connection lost')
  it.failed('late')
  t.match(it.state, { reachable: false, cause: 'connection lost' })
  t.equal(changes.length, 1)
})

t.test('three good probes in a row are enough to close it, not fewer', async (t) => {
  const { it } = breaker()
  it.open('gone')
  t.notOk(it.probeSucceeded())
  t.notOk(it.probeSucceeded())
  it.failed('late')
  t.notOk(it.probeSucceeded())
  t.notOk(it.probeSucceeded())
  it.open('gone again')
  t.notOk(it.probeSucceeded())
  t.notOk(it.probeSucceeded())
  t.ok(it.probeSucceeded())
  t.notOk(it.state.reachable, 'not by itself: what was counted alone goes back first')
  it.close()
  t.match(it.state, { reachable: true, cause: null })
})

t.test('a store that answers now and then is one change, not many', async (t) => {
  const { it, changes } = breaker()
  for (let call = 0; call < 1_000; call++) {
    if (call % 2 === 0) it.failed('late')
    else if (it.state.reachable) it.succeeded()
    else t.notOk(it.probeSucceeded())
  }
  t.equal(changes.length, 1)
})

t.test('failures before an outage do not count after it', async (t) => {
  const { it } = breaker()
  it.failed('late')
  it.failed('late')
  it.open('gone')
  it.close()
  it.failed('late')
  t.ok(it.state.reachable)
})
