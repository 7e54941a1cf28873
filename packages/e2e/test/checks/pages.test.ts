import t from 'tap'
import { checkCommands } from '../../src/checks/commands.ts'
import { checkLinks } from '../../src/checks/links.ts'
import { checkPageLength } from '../../src/checks/page-length.ts'
import { checkWords } from '../../src/checks/words.ts'

const fence = '```'

t.test('links lead to files and headings that exist', async (t) => {
  const root = t.testdir({
    'README.md': `# A page\n[a](docs/a.md) [b](docs/a.md#two-words) [c](#a-page) [d](https://example.test/x)\n
[ref]: docs/a.md\n\`[no](nowhere.md)\`\n${fence}\n[no](nowhere.md)\n${fence}\n`,
    docs: {
      'a.md':
        '# A\n## Two words!\n[up](../README.md "title") [folder](..)\n## Two words\n[2](#two-words-1)\n',
    },
  })
  t.same(await checkLinks(root), [])
})

t.test('links that lead nowhere are named with their line', async (t) => {
  const root = t.testdir({
    'README.md': '# A\n\n[a](docs/b.md)\n[b](docs/a.md#no-heading)\n[c](../outside.md)\n[r]: gone.md\n',
    docs: { 'a.md': '# A\n' },
  })
  t.same(await checkLinks(root), [
    'README.md:3 docs/b.md leads nowhere',
    'README.md:4 docs/a.md has no heading #no-heading',
    'README.md:5 ../outside.md leads nowhere',
    'README.md:6 gone.md leads nowhere',
  ])
})

t.test('commands that a page shows exist', async (t) => {
  const root = t.testdir({
    'package.json': JSON.stringify({ scripts: { start: 'x', stockgate: 'x', test: 'x' } }),
    'README.md': `Run \`npx -y pnpm@12 start\`, then \`pnpm\`.
${fence}sh
npx -y pnpm@12 install && npx -y pnpm@12 test gateway
PORT=1 node gateway/src/main.ts
curl -H "Authorization: Bearer $(pnpm -s stockgate token demo)" http://x
stockgate() { npx -y pnpm@12 --silent stockgate "$@"; }
${fence}
`,
    gateway: { src: { 'main.ts': '' }, 'README.md': '`node src/main.ts`' },
  })
  t.same(await checkCommands(root, async () => new Set(['token'])), [])
})

t.test('commands that do not exist are named', async (t) => {
  const root = t.testdir({
    'package.json': JSON.stringify({ scripts: { stockgate: 'x' } }),
    'README.md': `\`pnpm begin\`\n${fence}\nnode nowhere.ts\npnpm -s stockgate tokens demo\n${fence}\n`,
  })
  t.same(await checkCommands(root, async () => new Set(['token'])), [
    'README.md:1 pnpm begin: package.json has no such script',
    'README.md:3 node nowhere.ts: there is no such file',
    'README.md:4 pnpm stockgate tokens: there is no such command',
  ])
})

t.test('words of a machine or a workplace are found in any text file', async (t) => {
  const [slash, mark] = ['/', 'TO']
  const root = t.testdir({
    'a.ts': `const here = '${slash}work/x'\nconst fine = 'src/home/x'\n// ${mark}DO later\n`,
    'b.md': `see ${slash}tmp/x\n`,
    'pnpm-lock.yaml': `https:${slash}/registry.example.org`,
    'c.bin': `${slash}work/x`,
  })
  t.same(await checkWords(root), [
    `a.ts:1 "${slash}work/" is a path of one machine`,
    `a.ts:3 "${mark}DO" is a mark of unfinished work`,
    `b.md:1 "${slash}tmp/x" is a path of one machine`,
  ])
})

t.test('a front page of more than 100 lines is too long, and a missing one is told', async (t) => {
  const root = t.testdir({ 'README.md': 'x\n'.repeat(101), a: { 'README.md': 'x\n'.repeat(101) } })
  t.same(await checkPageLength(root), ['README.md has 101 lines, more than 100'])
  t.same(await checkPageLength(t.testdir({ a: { 'README.md': 'x\n'.repeat(151) } })), [
    'README.md is missing',
    'a/README.md has 151 lines, more than 150',
  ])
})
