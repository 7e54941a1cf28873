import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { command } from './kit/command.ts'
import { file, folder } from './kit/files.ts'
import { DAY, invoiceFile } from './kit/retail-files.ts'
import { Shop } from './kit/shop.ts'

t.test('import and replay end with 0 and leave the figures and the skipped lines behind', async (t) => {
  const [shop, path] = [new Shop(), invoiceFile(t, DAY)]
  const { gateway } = await shop.open(t)
  const imported = await command(t, ['import', path, '--opening-stock', '100', '--gateway', gateway.href])
    .ended
  t.equal(imported.code, 0, imported.stderr)
  t.match(
    imported.stdout,
    /products +4 created, 0 present before\nopening stock +4 products, 400 units at MAIN/,
  )

  const [json, report] = [join(folder(t), 'figures.json'), join(folder(t), 'skipped.csv')]
  const args = [
    'replay',
    path,
    '--gateway',
    gateway.href,
    '--concurrency',
    '1',
    '--json',
    json,
    '--report',
    report,
  ]
  const replayed = await command(t, args).ended
  t.equal(replayed.code, 0, replayed.stderr)
  t.match(replayed.stdout, /all sums hold/)
  t.match(replayed.stderr, /orders: 4 of 4/, 'without a terminal, progress is plain lines')
  t.match(JSON.parse(readFileSync(json, 'utf8')), { ok: true, lines: { read: DAY.length } })
  t.equal(readFileSync(report, 'utf8').trim().split('\r\n').length, 5)
})

t.test('an invoice that gets no order ends replay with 1', async (t) => {
  const [shop, path] = [new Shop(), invoiceFile(t, DAY)]
  const { gateway } = await shop.open(t)
  await command(t, ['import', path, '--gateway', gateway.href]).ended
  shop.interfere = ({ url }) => (url === '/orders' ? { status: 400, body: { detail: 'no' } } : undefined)
  const { code, stdout } = await command(t, ['replay', path, '--gateway', gateway.href]).ended
  t.equal(code, 1)
  t.match(stdout, /4 invoices have no outcome yet/)
})

t.test('Ctrl-C finishes what is in flight, prints what was done and ends with 130', async (t) => {
  const [shop, path] = [new Shop(), invoiceFile(t, DAY)]
  const { gateway } = await shop.open(t)
  await command(t, ['import', path, '--gateway', gateway.href]).ended
  const { child, ended } = command(t, ['replay', path, '--gateway', gateway.href, '--concurrency', '1'])
  shop.interfere = ({ url }) => {
    // Twice, as a terminal and a package manager in between do it for one keystroke.
    if (url === '/orders' && shop.orders.size === 0) for (const _ of [1, 2]) child.kill('SIGINT')
    return shop.orders.size < 1 ? undefined : { status: 429, headers: { 'retry-after': '60' } }
  }
  const { code, stdout, stderr } = await ended
  t.equal(code, 130)
  t.match(stderr, /finishing what is in flight/)
  t.match(stdout, /run the same command again to go on/)
  t.equal(shop.orders.size, 1)
})

t.test('what the user has to mend is told in one line, with exit code 1', async (t) => {
  const path = invoiceFile(t, DAY)
  const { gateway } = await new Shop().open(t)
  const cases: [string[], RegExp][] = [
    [['import', join(folder(t), 'none.csv')], /none\.csv: no such file/],
    [['replay', file(t, 'a,b\n1,2\n')], /is not of the expected format/],
    [['replay', path, '--gateway', 'http://127.0.0.1:1'], /gateway not reachable at http:\/\/127\.0\.0\.1:1/],
    [['replay', path, '--gateway', 'nonsense'], /is not the address of a gateway/],
    [['replay', path, '--gateway', gateway.href], /run pnpm stockgate import/],
    [['replay', path, '--concurrency', '0'], /whole number from 1 to 256/],
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
