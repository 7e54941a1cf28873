import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startRedis } from '@stockgate/test-kit'
import t from 'tap'
import { folder } from './kit/files.ts'
import { startOperated } from './kit/operated.ts'

t.setTimeout(240_000)

t.test('waiting for a gateway that does not answer ends with 3, and tells which one', async (t) => {
  const { url } = await startRedis(t)
  const one = await startOperated(t, { REDIS_URL: url })
  const other = await startOperated(t, { REDIS_URL: url })
  const draft = join(folder(t), 'draft.json')
  const change = (from: string, to: string) =>
    writeFileSync(draft, readFileSync(draft, 'utf8').replace(from, to))
  t.match(await one.stockgate(['limits', 'show', '--to', draft]), { code: 0 })

  change('"quota": 100,', '"quota": 90,')
  const both = await one.stockgate(['limits', 'apply', draft, '--reason', 'all awake', '--wait'])
  t.match(both, { code: 0, stdout: /^Revision 2 is in force on all 2 gateways:\n/ })

  other.signal('SIGSTOP')
  change('"quota": 90,', '"quota": 80,')
  const late = await one.stockgate(['limits', 'apply', draft, '--reason', 'one asleep', '--wait', '1'])
  t.equal(late.code, 3, late.stderr)
  t.match(late.stdout, /^Revision 3 is in force on 1 of 2 gateways, not yet heard of from gw_\w+:\n/)
  t.match(late.stdout, /builds on revision 3 from now on/, 'it is made all the same')

  other.signal('SIGCONT')
  t.match(await other.stockgate(['limits', 'rollback', '2', '--reason', 'awake again', '--wait']), {
    code: 0,
    stdout: /^Revision 4 is in force on all 2 gateways:\n/,
  })
  t.match((await one.stockgate(['limits', 'show'])).stdout, /^Revision 4, by ops .*: awake again\n/)
})
