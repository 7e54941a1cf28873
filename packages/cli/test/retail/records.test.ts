import { join } from 'node:path'
import t from 'tap'
import { lineBlocks } from '../../src/retail/file/line-blocks.ts'
import { csvRecords, mustHaveColumns } from '../../src/retail/file/records.ts'
import { stockAmounts } from '../../src/retail/file/stock-amounts.ts'
import { UnusableFileError } from '../../src/retail/file/unusable-file.ts'
import { file, folder } from '../kit/files.ts'

const rows = async (path: string, columns = ['a', 'b']) => Array.fromAsync(csvRecords(path, columns))

t.test('fields come in the order asked for, trimmed, with the number of their line', async (t) => {
  const path = file(t, 'B,x,A\r\n 1 ,,2\r\n"say ""hi"", you",,4\r\n')
  t.same(await rows(path), [
    { line: 2, fields: ['2', '1'] },
    { line: 3, fields: ['4', 'say "hi", you'] },
  ])
})

t.test('a broken quote costs its own line and no other', async (t) => {
  const path = file(t, 'a,b\n1,2\n3,"4\n5,6\n7,"8\n9,10\n')
  const read = await rows(path)
  t.same(
    read.map(({ line, fields }) => [line, fields?.[0]]),
    [
      [2, '1'],
      [3, undefined],
      [4, '5'],
      [5, undefined],
      [6, '9'],
    ],
  )
})

t.test('lines with too few or too many columns and empty lines are malformed', async (t) => {
  const read = await rows(file(t, 'a,b\n1\n1,2,3\n\n1,2'))
  t.same(
    read.map(({ fields }) => fields?.length),
    [undefined, undefined, undefined, 2],
  )
})

t.test('a line of a megabyte is malformed and does not fill the memory', async (t) => {
  const read = await rows(file(t, `a,b\n${'x'.repeat(1 << 20)},1\n3,4\n`))
  t.same(read, [
    { line: 2, fields: undefined },
    { line: 3, fields: ['3', '4'] },
  ])
})

t.test('a byte order mark, UTF-8 and Latin-1 are all read', async (t) => {
  const utf8 = Buffer.from('\ufeffa,b\n£10,é\n')
  const latin1 = Buffer.from('£9,ü\n', 'latin1')
  const read = await rows(file(t, Buffer.concat([utf8, latin1])))
  t.same(
    read.map(({ fields }) => fields),
    [
      ['£10', 'é'],
      ['£9', 'ü'],
    ],
  )
})

t.test('blocks hold whole lines however the bytes arrive', async (t) => {
  const path = file(t, Array.from({ length: 30_000 }, (_, index) => `line ${index + 1}`).join('\n'))
  const lines = (await Array.fromAsync(lineBlocks(path))).flat()
  t.equal(lines.length, 30_000)
  t.ok(lines.every(({ number, text }) => text === `line ${number}`))
})

t.test('a missing file, a folder, an empty file and another format are each told in one line', async (t) => {
  const cases: [string, RegExp][] = [
    [join(folder(t), 'none.csv'), /no such file/],
    [folder(t), /is a folder/],
    [file(t, ''), /is empty/],
    [file(t, '{"a":1}\n'), /must name the columns a,b \(missing: a, b\)/],
    [file(t, 'a,c\n1,2\n'), /missing: b/],
  ]
  for (const [path, message] of cases) {
    await t.rejects(
      mustHaveColumns(path, ['a', 'b']),
      { name: 'UnusableFileError', message },
      String(message),
    )
  }
})

t.test('opening stock is one number for all, or a file of amounts', async (t) => {
  const all = await stockAmounts('500')
  t.equal(all('85123A'), 500)
  const some = await stockAmounts(file(t, 'sku,quantity\n85123a,7\n'))
  t.equal(some('85123A'), 7)
  t.equal(some('20869'), 0)
})

t.test('a file of amounts with a fault names the line', async (t) => {
  for (const [content, message] of [
    ['sku,quantity\nA,-1\n', /line 2/],
    ['sku,quantity\nA,1\nA,2\n', /line 3: A stands there twice/],
    ['sku,quantity\nA\n', /line 2/],
  ] as const)
    await t.rejects(stockAmounts(file(t, content)), { message })
  await t.rejects(stockAmounts('-5'), UnusableFileError)
})
