import { manualClock } from '@stockgate/test-kit'
import t from 'tap'
import { ClientActivities } from '../../src/observe/client-activity.ts'
import { RecentCount, RecentPeak, slotOf } from '../../src/observe/last-minute.ts'

t.test('what is older than a minute falls out, ten seconds at a time', async (t) => {
  const { now, advance } = manualClock()
  const count = new RecentCount()
  const peak = new RecentPeak()
  const slot = () => slotOf(now())
  count.add(slot())
  peak.add(slot(), 0.9, 'burst')
  advance(50_000)
  count.add(slot())
  peak.add(slot(), 0.4, 'daily')
  t.equal(count.sum(slot()), 2)
  t.same(peak.highest(slot()), { value: 0.9, name: 'burst' })
  advance(10_000)
  t.equal(count.sum(slot()), 1)
  t.same(peak.highest(slot()), { value: 0.4, name: 'daily' })
  advance(3_600_000)
  t.equal(count.sum(slot()), 0)
  t.equal(peak.highest(slot()), null)
})

t.test('a clock that goes back counts into the newest stretch and loses nothing', async (t) => {
  const count = new RecentCount()
  count.add(100)
  count.add(97)
  t.equal(count.sum(100), 2)
  t.equal(count.sum(50), 2)
})

t.test('a flood from ever new addresses takes bounded room and pushes no client out', async (t) => {
  const clients = new ClientActivities(50)
  const now = 1_000_000
  const busy = clients.of(null, 'address:198.51.100.1', now)
  for (let call = 0; call < 3; call++) busy.calls.add(slotOf(now))
  clients.of('acme', 'client:acme', now).calls.add(slotOf(now))
  for (let number = 0; number < 10_000; number++)
    clients.of(null, `address:203.0.113.${number}`, now).calls.add(slotOf(now))
  t.ok(clients.size <= 101, `${clients.size} are kept`)
  const told = clients.told(now).map(({ client }) => client)
  t.ok(told.includes('acme'))
  t.ok(told.includes('address:198.51.100.1'), 'nor an address that calls more than the others')
})

t.test('a rate is told over the time a client was seen, at least ten seconds', async (t) => {
  const { now, advance } = manualClock()
  const clients = new ClientActivities()
  const entry = clients.of('acme', 'client:acme', now())
  const call = (times: number) => {
    for (let made = 0; made < times; made++) entry.calls.add(slotOf(now()))
  }
  const rate = () => clients.told(now())[0]?.callsPerSecond
  call(20)
  t.equal(rate(), 2)
  advance(20_000)
  call(20)
  t.equal(rate(), 2)
  advance(60_000)
  t.equal(rate(), undefined)
})
