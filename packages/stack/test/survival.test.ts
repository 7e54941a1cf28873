import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { childPids, emptyHome, processesOf, startStack, statusOf, token } from './stack-process.ts'

t.setTimeout(180_000)

t.test('processes that are killed come back where they were, all at once or one alone', async (t) => {
  const home = emptyHome(t)
  const stack = startStack(t, home)
  const gateway = await stack.ready
  const before = childPids(home)
  for (const pid of Object.values(before)) process.kill(pid, 'SIGKILL')
  for (const name of ['products', 'orders', 'identity', 'gateway']) {
    await stack.said(new RegExp(`^${name} ended \\(SIGKILL\\); starting it again`, 'm'))
    await stack.said(new RegExp(`^${name} is back$`, 'm'))
    t.not(childPids(home)[name], before[name])
  }
  const postgres = Number.parseInt(readFileSync(join(home, 'postgres/cluster/postmaster.pid'), 'utf8'), 10)
  process.kill(postgres, 'SIGKILL')
  await stack.said(/^PostgreSQL is back$/m)

  const bearer = await token(gateway, 'demo')
  for (const path of ['/products', '/orders']) await untilStatus(`${gateway}${path}`, bearer, 200)
  t.pass('requests succeed again')
  stack.signal('SIGTERM')
  t.equal(await stack.exited, 0)
  t.same(processesOf(home), [])
})

async function untilStatus(url: string, bearer: string, status: number): Promise<void> {
  while ((await statusOf(url, bearer)) !== status) await new Promise((resolve) => setTimeout(resolve, 100))
}
