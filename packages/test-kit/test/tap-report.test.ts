import t from 'tap'
import { createTapReport } from '../src/runner/tap-report.ts'

function report(text: string, code: number | null) {
  let printed = ''
  const { line, end } = createTapReport((more) => {
    printed += more
  })
  for (const one of text.split('\n')) line(one)
  return { totals: end(code), printed }
}

const GOOD = `# Subtest: a.test.ts
    # Subtest: holds
        ok 1 - should be equal
        1..1
    ok 1 - holds # time=6ms
    1..1
    # time=43ms
ok 1 - a.test.ts # time=43.631ms
`
const BAD = `# Subtest: b.test.ts
    ok 1 - fine
    not ok 2 - should be equal
      ---
      diff: |
        -2
        +1
      ...
    1..2
not ok 2 - b.test.ts # time=52ms
  ---
  exitCode: 1
  ...
`
const EMPTY = `# Subtest: c.test.ts
    1..0 # no tests found
ok 3 - c.test.ts # SKIP no tests found
`

t.test('a good file is one line, and the totals are those of tap', async (t) => {
  const { totals, printed } = report(`TAP version 14\n1..1\n${GOOD}# { total: 7, pass: 6, skip: 1 }`, 0)
  t.equal(printed, 'ok   0.0 s  a.test.ts\n')
  t.same(totals, { passed: 6, failed: 0, skipped: 1, files: 1, bad: [] })
})

t.test('of a bad file everything is shown', async (t) => {
  const { totals, printed } = report(`${BAD}${GOOD}# { total: 9, pass: 8, fail: 1 }`, 1)
  t.match(printed, 'FAILED b.test.ts')
  t.match(printed, '        -2\n        +1')
  t.match(printed, '  exitCode: 1')
  t.notMatch(printed, 'holds')
  t.same(totals, { passed: 8, failed: 1, skipped: 0, files: 2, bad: ['b.test.ts'] })
})

t.test('a file without any test counts as failed, though tap calls it skipped', async (t) => {
  const { totals, printed } = report(`${GOOD}${EMPTY}# { total: 3, pass: 2, skip: 1 }`, 0)
  t.match(printed, 'FAILED c.test.ts: no test ran')
  t.same(totals, { passed: 2, failed: 1, skipped: 0, files: 2, bad: ['c.test.ts'] })
})

t.test('a run that ended badly never counts as without failures', async (t) => {
  t.equal(report('TAP version 14', 1).totals.failed, 1)
  const cut = report(`${GOOD}# Subtest: d.test.ts\n    ok 1 - begun`, null)
  t.equal(cut.totals.failed, 1)
  t.match(cut.printed, /begun\nunfinished\n$/)
})
