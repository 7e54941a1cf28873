import { tmpdir } from 'node:os'
import t, { type Test } from 'tap'
import { stepsOf } from '../../src/running/page-steps.ts'
import { runPage } from '../../src/running/run-page.ts'
import { openShell } from '../../src/running/shell.ts'

const block = (language: string, text: string) => `\`\`\`${language}\n${text}\n\`\`\`\n`
const run = (t: Test, ...blocks: string[]) => {
  const shell = openShell(t, tmpdir(), { PATH: process.env.PATH })
  return runPage(blocks.join(''), { shell, address: 'http://127.0.0.1:1', known: (text) => text === 'known' })
}

t.test('an answer is what stands right below commands, and nothing else', async (t) => {
  const page = `${block('text', 'a picture')}\n${block('sh', 'echo a')}${block('json', '1')}\n${block('sh', 'echo b')}
    words\n\n${block('text', '2')}${block('sh', 'echo c')}\n${block('js', '3')}${block('json', '4')}`
  t.same(
    stepsOf(page).map(({ commands, answer }) => [commands, answer]),
    [
      ['echo a', '1'],
      ['echo b', undefined],
      ['echo c', undefined],
    ],
  )
  t.equal(stepsOf(page)[0]?.line, 6)
})

t.test('blocks share one shell, and answers are compared', async (t) => {
  t.same(
    await run(t, block('sh', 'A="x  y"; B=1'), block('sh', 'echo "$A"\necho $B'), block('text', 'x  y\n1')),
    [],
  )
  t.match(await run(t, block('sh', 'echo 1'), block('text', '2')), [
    /^line 2 .* answers\n1\nwhere .* shows\n2$/,
  ])
  t.match(await run(t, block('sh', 'echo 1; echo 2'), block('text', '1')), [/answers\n1\n2\n/])
})

t.test('a command that fails is a fault, within a pipe or a substitution too', async (t) => {
  for (const bad of ['false', 'false | cat', 'A=$(exit 3)', 'echo a\nnosuchcommand\necho b', 'exit 4', 'if'])
    t.match(await run(t, block('sh', bad), block('sh', 'true')), [/^line 2 .* failed with \d+/], bad)
})

t.test('only what differs from run to run may differ, and it must recur where the page has it', async (t) => {
  const id = (last: string) => `prd_01m81xnr6vexva08k2gx78j87${last}`
  const says = (text: string) => block('sh', `echo '${text}'`)
  const shows = (text: string) => block('json', text)
  t.same(await run(t, says(`{"a":"${id('0')}"}`), shows(`{"a":"${id('1')}"}`)), [])
  t.same(
    await run(t, says(`${id('0')} 2026-11-22T15:23:25.789Z`), shows(`${id('1')} 2027-01-02T00:00:00Z`)),
    [],
  )
  t.same(await run(t, says(id('0')), shows(id('1')), says(id('0')), shows(id('1'))), [])
  t.match(await run(t, says(id('0')), shows(id('1')), says(id('2')), shows(id('1'))), [/id 2.*shows.*id 1/s])
  t.match(await run(t, says(id('0')), shows(id('1').replace('prd', 'ord'))), [/answers/])
  t.match(await run(t, says('{"version":1}'), shows('{"version":2}')), [/answers/])
  t.same(await run(t, says('58ed6c772da5a42fb1d3d458758851b1'), shows('0'.repeat(32))), [])
  t.same(await run(t, says('ETag: "1-a"'), shows('ETag: "1-b"')), [])
})

t.test('what a page leaves out may be anything, and only there', async (t) => {
  const says = (text: string) => block('sh', `printf '${text}'`)
  const shows = (text: string) => block('text', text)
  t.same(await run(t, says('a 12 b\\nc'), shows('a … b\nc')), [])
  t.same(await run(t, says('a\\nb\\nc\\nd'), shows('a\n…\nd')), [])
  t.same(await run(t, says('a\\nd'), shows('a\n…\nd')), [], 'no line at all may be left out')
  t.same(await run(t, says('a.b'), shows('…\na.b\n…')), [])
  t.match(await run(t, says('a\\nb\\nc'), shows('a…c')), [/answers/], 'a part of a line does not end it')
  t.match(await run(t, says('a\\nb\\nc'), shows('a\n…\nd')), [/answers/])
  t.match(await run(t, says('axb'), shows('a.b')), [/answers/], 'all else is taken word for word')
})

t.test('the address a page shows stands for the real one, and known steps are left to others', async (t) => {
  const shown = 'http://127.0.0.1:8080/products'
  t.same(await run(t, block('sh', `echo ${shown}`), block('text', shown), block('sh', 'known')), [])
  t.match(await run(t, block('sh', 'echo http://127.0.0.1:8081'), block('text', shown)), [/8081/])
  const shell = openShell(t, tmpdir(), { PATH: process.env.PATH })
  const page = `${block('sh', 'F=.stockgate/a; echo $F x.stockgate/b')}${block('text', '.stockgate/a x.stockgate/b')}`
  t.same(await runPage(page, { shell, address: 'http://127.0.0.1:1', home: '/elsewhere' }), [])
  t.match((await shell.run('echo $F')).output, '/elsewhere/a')
})
