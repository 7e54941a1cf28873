import t from 'tap'
import { asJson, asPage, asText } from '../src/index.ts'
import { countTicks, timeTicks } from '../src/page/scale.ts'
import { TimeLine } from '../src/replay/time-line.ts'
import { combined, file, own, policy, simulate } from './kit.ts'

const TIGHT = policy({ burst: { quota: 1, window: 1 } })
const EVIL = '</code></title><script>alert(1)</script><img src=x onerror=alert(1)>"\'&\u202e\u0007'

/** Every opening tag of a page, by name. */
function tagsOf(page: string): Set<string> {
  return new Set([...page.matchAll(/<([a-z][a-z0-9]*)[\s>]/gi)].map(([, name = '']) => name.toLowerCase()))
}

t.test('nothing from a log becomes markup or steers a terminal', async (t) => {
  const good = Array.from({ length: 3 }, (_, ms) => own(ms, { client: EVIL, owner: `client:${EVIL}` })).join(
    '',
  )
  const calm = file(t, own(0) + own(1))
  const { report: plain } = await simulate([calm], TIGHT)
  const { report } = await simulate([file(t, `${good}${EVIL}\n`, 'a<b>&.log')], TIGHT)
  t.equal(report.files[0]?.examples.length, 1)
  t.equal(report.newlyRefused.shown[0]?.name, EVIL)
  const page = asPage({ ...report, draft: EVIL, against: EVIL })
  const known = tagsOf(asPage(plain))
  t.strictSame(
    [...tagsOf(page)].filter((tag) => !known.has(tag) && tag !== 'br' && tag !== 'code'),
    [],
  )
  t.notMatch(page, /<script|<img|\u202e|(?!\n)\p{Cc}/u)
  t.match(page, '&lt;script&gt;alert(1)&lt;/script&gt;')
  t.notMatch(asText(report), /\u202e|(?!\n)\p{Cc}/u)
})

t.test('the page needs nothing but itself', async (t) => {
  const { report } = await simulate([file(t, combined(0) + combined(0))], TIGHT)
  const page = asPage(report)
  t.notMatch(page, /https?:|src=|@import|url\(/)
  t.match(page, "default-src 'none'")
  for (const plot of page.matchAll(/<svg[^>]*>/g)) t.match(plot[0], /role="img" aria-labelledby="\S+ \S+"/)
  const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)
  t.equal(new Set(ids).size, ids.length, 'every id stands once')
  for (const [, names = ''] of page.matchAll(/aria-labelledby="([^"]+)"/g))
    for (const name of names.split(' ')) t.ok(ids.includes(name), `${name} is there`)
})

t.test('the page says in tables what it shows in plots', async (t) => {
  const { report } = await simulate([file(t, [0, 0, 1].map((second) => combined(second)).join(''))], TIGHT)
  const page = asPage(report)
  t.match(page, /<th scope="row" class="text">1 Mar 2026 10:00:00<\/th><td>2<\/td><td>0<\/td><td>1<\/td>/)
  t.match(page, /<title>1 Mar 2026 10:00:00: 1 refused<\/title>/)
})

t.test('the JSON has names in snake case, times in ISO 8601 and every figure', async (t) => {
  const { report } = await simulate([file(t, combined(0) + combined(0))], TIGHT)
  const document = JSON.parse(asJson(report))
  t.match(document, {
    calls: 2,
    refused_before: 0,
    refused_after: 1,
    newly_refused: { total: 1, shown: [{ name: '192.0.2.1', kind: 'address', refused_after: 1 }] },
    limits: [{ tier: 'anonymous', quota_for_nobody: 2, quota_for_one_percent: 2 }],
    time_line: { seconds: 1, columns: [{ at: '2026-03-01T10:00:00.000Z', calls: 2 }] },
  })
  t.notMatch(asJson(report), /"[a-z_]*[A-Z]\w*":/)
})

t.test('columns of time widen as the traffic turns out to be longer, and lose no call', (t) => {
  const line = new TimeLine()
  const hour = 3_600 * 1_000_000
  for (let at = 0; at < 100; at++) line.count(at * hour, at % 2 === 0, at % 5 === 0)
  t.equal(line.width, 3_600)
  line.count(5_000 * hour, false, true)
  t.ok(line.width > 3_600)
  t.equal(
    line.columns.reduce((sum, { calls }) => sum + calls, 0),
    101,
  )
  t.equal(
    line.columns.reduce((sum, { refusedBefore }) => sum + refusedBefore, 0),
    50,
  )
  t.equal(
    line.columns.reduce((sum, { refusedAfter }) => sum + refusedAfter, 0),
    21,
  )
  t.ok(line.columns.every(({ at }) => at % (line.width * 1_000_000) === 0))
  t.end()
})

t.test('axes have round numbers, and dates where a day begins', (t) => {
  t.strictSame(countTicks(0), [0, 1])
  t.strictSame(countTicks(3), [0, 1, 2, 3])
  t.strictSame(countTicks(135), [0, 50, 100, 150])
  t.strictSame(countTicks(1_000_000), [0, 500_000, 1_000_000])
  const from = Date.parse('2026-03-01T21:10:00Z')
  const ticks = timeTicks(from, from + 6 * 3_600_000)
  t.match(ticks[0], { label: '22:00', date: '1 Mar 2026' })
  t.strictSame(
    ticks.filter(({ date }) => date !== null).map(({ label }) => label),
    ['22:00', '00:00'],
  )
  t.equal(timeTicks(from, from + 10 * 365 * 86_400_000).length < 12, true)
  t.end()
})
