import t from 'tap'
import { ROOT, selectFiles } from '../src/runner/tap-program.ts'

const FILES = [
  'gateway/test/limiter/gcra.test.ts',
  'gateway/test/limits.test.ts',
  'packages/problem/test/a.test.ts',
]

t.test('files are chosen by how their path begins, from the root or from where one stands', async (t) => {
  t.same(selectFiles(FILES, ['gateway/test/limiter']), ['gateway/test/limiter/gcra.test.ts'])
  t.same(selectFiles(FILES, ['gateway/test/lim']), FILES.slice(0, 2))
  t.same(selectFiles(FILES, ['test/a'], `${ROOT}/packages/problem`), ['packages/problem/test/a.test.ts'])
  t.same(selectFiles(FILES, ['gateway', 'gateway/test/limits']), FILES.slice(0, 2))
})

t.test('a path that fits no file is an error, not an empty run', async (t) => {
  t.throws(() => selectFiles(FILES, ['gateway', 'nothing']), { message: 'no test file begins with nothing' })
})
