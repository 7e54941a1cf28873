import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { validateLimits } from '@stockgate/policy-schema'
import t from 'tap'
import { stepsOf } from '../../src/running/page-steps.ts'
import { runPage } from '../../src/running/run-page.ts'
import { openShell } from '../../src/running/shell.ts'
import { ROOT, startStack } from '../../src/running/stack.ts'

const PAGE = readFileSync(join(ROOT, 'gateway/docs/operations/tuning-limits.md'), 'utf8')
const KEYS = readFileSync(join(ROOT, 'gateway/docs/api-keys.md'), 'utf8')
const TOKENS = readFileSync(join(ROOT, 'gateway/docs/operations/issuers-and-tokens.md'), 'utf8')

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
    t.same(await runPage(KEYS, { shell, address: stack.gateway }), [], 'the page about API keys too')
    t.same(await runPage(TOKENS, { shell, address: stack.gateway }), [], 'and the one about tokens')
    const { admin } = JSON.parse(readFileSync(join(stack.home, 'running.json'), 'utf8')) as { admin: string }
    const metrics = await (await fetch(`${admin}/metrics`)).text()
    const named = [...PAGE.matchAll(/`(stockgate_[a-z_]+(?:\{.*?\})?)`/g)].map(([, name]) => name ?? '')
    t.ok(named.length >= 4)
    for (const name of named) t.ok(metrics.includes(`\n${name}`), name)
    const steps = stepsOf(PAGE)
    t.ok(steps.length >= 6, 'one block for each step of a change')
    t.ok(steps.filter(({ answer }) => answer !== undefined).length >= 5, 'nearly all with their answers')
  },
)

t.test('the limits the page shows can be written so', async (t) => {
  const shown = [...PAGE.matchAll(/^\| `("[a-z]+": \{.*\})` /gm)].map(([, limit]) => limit)
  t.equal(shown.length, 3, 'one of each kind')
  const tier = `{ "limits": { ${shown.join(', ')} }, "onStoreFailure": "share" }`
  const others = '{ "limits": { "burst": { "quota": 1, "window": 1 } } }'
  const text = `{ "tiers": { "a": ${tier}, "b": ${others} }, "clients": {}, "defaultTier": "a", "anonymousTier": "b" }`
  t.match(validateLimits(JSON.parse(text)), { ok: true, warnings: [] })
})

t.test('the page stays short enough to be read', async (t) => {
  t.ok(PAGE.split('\n').length < 120)
})
