import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { stepsOf } from '../../src/running/page-steps.ts'
import { runPage } from '../../src/running/run-page.ts'
import { openShell } from '../../src/running/shell.ts'
import { ROOT, startStack } from '../../src/running/stack.ts'

const PAGE = readFileSync(join(ROOT, 'gateway/docs/operations/tuning-limits.md'), 'utf8')

/** What somebody has who has not come here through a package manager. */
const environment = {
  ...(Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(npm|pnpm|stockgate)_/i.test(name)),
  ) as Record<string, string>),
  npm_config_prefer_offline: 'true',
}

t.setTimeout(300_000)

t.test(
  'every command of the page about limits works as it is written, on a system just started',
  async (t) => {
    const stack = await startStack(t)
    const shell = openShell(t, ROOT, { ...environment, STOCKGATE_HOME: stack.home })
    t.same(await runPage(PAGE, { shell, address: stack.gateway, home: stack.home }), [])
    const steps = stepsOf(PAGE)
    t.ok(steps.length >= 8, 'one block for each step of a change')
    t.ok(steps.filter(({ answer }) => answer !== undefined).length >= 7, 'nearly all with their answers')
  },
)

t.test('the page stays short enough to be read', async (t) => {
  t.ok(PAGE.split('\n').length < 120)
})
