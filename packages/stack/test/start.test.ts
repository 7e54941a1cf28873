import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { ROOT, readRunning } from '../src/home.ts'
import { signIn } from './sign-in.ts'
import { emptyHome, processesOf, startStack, statusOf, token } from './stack-process.ts'

const run = promisify(execFile)

// npx asks the registry each time; a slow one is no fault of the lines.
const OFFLINE = { ...process.env, npm_config_prefer_offline: 'true' }

t.setTimeout(180_000)

t.test('a fresh folder: everything starts, and the lines shown work as they are printed', async (t) => {
  const home = emptyHome(t)
  const stack = startStack(t, home)
  const gateway = await stack.ready
  t.equal(await statusOf(`${gateway}/products`, await token(gateway, 'demo')), 200)
  t.equal(readRunning(home)?.gateway, gateway, 'other commands find it')

  const seven = await signIn(gateway, '7')
  t.equal(await statusOf(`${gateway}/users/7/orders`, seven), 200, 'a user signs in at the page')
  t.equal(await statusOf(`${gateway}/users/42/orders`, seven), 404, 'and sees nobody else’s orders')

  await stack.said(/\/users\/42\/orders$/m)
  const lines = stack.out().match(/^ {2}curl .*$/gm) ?? []
  t.equal(lines.length, 2)
  for (const line of lines) {
    const { stdout } = await run('/bin/sh', ['-c', line], { cwd: ROOT, env: OFFLINE })
    t.match(JSON.parse(stdout), { items: Array }, line)
  }

  stack.signal('SIGINT')
  t.equal(await stack.exited, 0, 'Ctrl-C ends it well')
  t.equal(stack.err(), '')
  t.same(processesOf(home), [], 'with nothing left')
  t.notOk(existsSync(join(home, 'running.json')))
})

t.test('SIGTERM in the middle of a start ends it with nothing left', async (t) => {
  const home = emptyHome(t)
  const stack = startStack(t, home)
  await stack.said(/^starting orders/m)
  stack.signal('SIGTERM')
  t.equal(await stack.exited, 0)
  t.notMatch(stack.out(), /ready/)
  t.same(processesOf(home), [])
})
