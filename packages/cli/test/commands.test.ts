import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { command } from './kit/command.ts'
import { folder } from './kit/files.ts'
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
