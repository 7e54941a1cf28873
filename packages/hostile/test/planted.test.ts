import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { copyGateway } from '../src/planted/copy.ts'
import { HOLES } from '../src/planted/holes.ts'
import { findPlanted } from '../src/planted/planted.ts'

t.test('every hole can be planted in the source as it is, and be taken out again', async (t) => {
  const copy = copyGateway()
  t.teardown(() => copy.remove())
  const file = (hole: (typeof HOLES)[number]) => join(copy.folder, 'src', hole.edits[0]?.file ?? '')
  for (const hole of HOLES) {
    const before = readFileSync(file(hole), 'utf8')
    copy.plant(hole.edits)
    t.not(readFileSync(file(hole), 'utf8'), before, hole.name)
    copy.mend()
    t.equal(readFileSync(file(hole), 'utf8'), before, `${hole.name}, taken out`)
  }
  copy.remove()
  t.notOk(existsSync(copy.folder), 'nothing of the copy is left')
})

t.test('a hole whose place in the source is gone is no hole', async (t) => {
  const copy = copyGateway()
  t.teardown(() => copy.remove())
  const edit = { file: 'main.ts', find: 'no such line', replace: '' }
  t.throws(() => copy.plant([edit]), { message: /stands 0 times in gateway\/src\/main.ts/ })
})

t.test('hostile traffic finds a planted hole', async (t) => {
  const findings = await findPlanted({ seed: 5, cases: 400, withTests: false, only: 'audience' }, () => {})
  t.match(findings, [
    {
      hole: 'a skipped audience check',
      found: true,
      traffic: /^tokens, .*audience.*: answered 200 instead of /,
    },
  ])
})
