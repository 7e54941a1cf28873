import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { markdownFiles } from '../../src/checks/repository-files.ts'
import { stepsOf } from '../../src/running/page-steps.ts'
import { runPage, SHOWN_ADDRESS } from '../../src/running/run-page.ts'
import { openShell } from '../../src/running/shell.ts'
import { ROOT, startStack } from '../../src/running/stack.ts'

const README = readFileSync(join(ROOT, 'README.md'), 'utf8')
const START = 'npx -y pnpm@12 install && npx -y pnpm@12 start'
const TEST = 'npx -y pnpm@12 install && npx -y pnpm@12 test'

/** What somebody has who has not come here through a package manager. */
const environment = {
  ...(Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(npm|pnpm|stockgate)_/i.test(name)),
  ) as Record<string, string>),
  // A slow registry is no fault of the page; everything is installed.
  npm_config_prefer_offline: 'true',
}

t.setTimeout(300_000)

t.test('the two commands of the front page are what they say', async (t) => {
  const commands = stepsOf(README).map((step) => step.commands)
  t.same(commands.slice(0, 2), [START, TEST])
  t.ok(
    existsSync(join(ROOT, 'node_modules/.bin/node')),
    'the installation is done: this is part of the second one',
  )
  t.match(README, `stockgate ready ${SHOWN_ADDRESS}`)
})

t.test('every command of the front page works as it is written, with the answers it shows', async (t) => {
  const stack = await startStack(t, { command: ['npx', '-y', 'pnpm@12', 'start'], env: environment })
  const shell = openShell(t, ROOT, { ...environment, STOCKGATE_HOME: stack.home })
  const known = (commands: string) => commands === START || commands === TEST
  const steps = stepsOf(README).filter(({ commands }) => !known(commands))
  t.same(await runPage(README, { shell, address: stack.gateway, known }), [])
  const answers = steps.filter(({ answer }) => answer !== undefined)
  t.comment(`${steps.length} blocks of commands, ${answers.length} answers`)
  t.ok(answers.length >= 5, 'five calls with their answers')
  t.equal(await stack.stop(), 0, 'Ctrl-C ends it well')
})

/** Those that a test runs: this one, and tuning-page.test.ts. */
const RUN = new Set([
  'README.md',
  'gateway/docs/operations/tuning-limits.md',
  'gateway/docs/operations/issuers-and-tokens.md',
  'gateway/docs/api-keys.md',
])

t.test('no other page shows commands of stockgate, so none goes untried', async (t) => {
  const pages = markdownFiles(ROOT)
  for (const path of RUN)
    t.ok(
      pages.some((page) => page.path === path),
      `${path} is there`,
    )
  for (const { path, text } of pages) {
    if (RUN.has(path)) continue
    for (const { line, commands } of stepsOf(text))
      t.notMatch(commands, /\bpnpm\b.*\bstockgate\b/, `${path}:${line}`)
  }
})
