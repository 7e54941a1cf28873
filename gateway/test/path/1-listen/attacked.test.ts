import t from 'tap'
import { run } from '../../../scripts/slow-clients/run.ts'

t.setTimeout(120_000)

t.test(
  'normal clients notice nothing of slow ones, and every slow one is cut in the end',
  { timeout: 100_000 },
  async (t) => {
    const { phases, errors, alive } = await run(t, {
      seconds: 15,
      pairs: 1,
      perSecond: 20,
      slow: { headers: 100, body: 40, read: 20 },
      // Fewer places than there are slow bodies, or slow readers and bodies together.
      env: { SERVICE_CONCURRENCY: '30', UPSTREAM_CONNECTIONS: '30', HEADERS_TIMEOUT_MS: '3000' },
    })
    t.ok(alive)
    const attack = phases.find(({ attacked }) => attacked)
    for (const { asked, failed, byStatus } of phases) {
      t.ok(asked > 0)
      t.equal(failed, 0, JSON.stringify(byStatus))
    }
    const { open = { headers: [], body: [], read: [] }, cutAfter } = attack ?? {}
    t.same(
      [Math.max(...open.headers), Math.max(...open.body), Math.max(...open.read)],
      [100, 40, 20],
      'they were really open',
    )
    t.ok((cutAfter?.headers.length ?? 0) >= 100, 'slow headers were cut')
    t.ok((cutAfter?.body.length ?? 0) >= 40, 'slow bodies were cut')
    t.ok((errors.GW_SLOW_CLIENT ?? 0) > 40, 'and slow readers, too')
  },
)
