import { join } from 'node:path'
import t from 'tap'
import { command } from './kit/command.ts'
import { file, folder } from './kit/files.ts'
import { DAY, invoiceFile } from './kit/retail-files.ts'
import { Shop } from './kit/shop.ts'

t.test('what the user has to mend is told in one line, with exit code 1', async (t) => {
  const path = invoiceFile(t, DAY)
  const { gateway } = await new Shop().open(t)
  const cases: [string[], RegExp][] = [
    [['import', join(folder(t), 'none.csv')], /none\.csv: no such file/],
    [['replay', file(t, 'a,b\n1,2\n')], /is not of the expected format/],
    [['replay', path, '--gateway', 'http://127.0.0.1:1'], /gateway not reachable at http:\/\/127\.0\.0\.1:1/],
    [['replay', path, '--gateway', 'nonsense'], /is not the address of a gateway/],
    [['replay', path, '--gateway', gateway.href], /run pnpm stockgate import/],
    [
      ['import', path, '--opening-stock', '-1', '--gateway', gateway.href],
      /-1 is neither a whole number of units nor a file/,
    ],
  ]
  for (const [args, message] of cases) {
    const { code, stdout, stderr } = await command(t, args).ended
    t.equal(code, 1, args.join(' '))
    t.match(stderr, message)
    t.equal(stderr.trim().split('\n').length, 1, 'one line')
    t.equal(stdout, '')
  }
})
