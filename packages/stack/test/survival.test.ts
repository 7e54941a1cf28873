import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import {
  childPids,
  emptyHome,
  processesOf,
  startStack,
  statusOf,
  token,
  untilNoneLeft,
} from './stack-process.ts'

t.setTimeout(180_000)

t.test('a killed process comes back where it was, whichever it is', async (t) => {
  const home = emptyHome(t)
  const stack = startStack(t, home)
  const gateway = await stack.ready
  for (const name of ['products', 'orders', 'identity', 'gateway']) {
    const before = childPids(home)[name] as number
    process.kill(before, 'SIGKILL')
    await stack.said(new RegExp(`^${name} ended \\(SIGKILL\\); starting it again`, 'm'))
    await stack.said(new RegExp(`^${name} is back$`, 'm'))
    t.not(childPids(home)[name], before)
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

t.test('when the stack itself is killed its processes end, and the next start takes over', async (t) => {
  const home = emptyHome(t)
  const first = startStack(t, home)
  const gateway = await first.ready
  first.signal('SIGKILL')
  await first.exited
  const second = startStack(t, home, { PORT: new URL(gateway).port })
  t.equal(await second.ready, gateway, 'at once, on the same port')
  second.signal('SIGKILL')
  await second.exited
  const services = () => processesOf(home).filter((process) => process.includes('src/main.ts'))
  for (const end = Date.now() + 20_000; services().length > 0 && Date.now() < end; )
    await new Promise((resolve) => setTimeout(resolve, 50))
  t.same(services(), [], 'without a next start too')

  const third = startStack(t, home)
  await third.ready
  third.signal('SIGTERM')
  t.equal(await third.exited, 0)
  await untilNoneLeft(home)
})

async function untilStatus(url: string, bearer: string, status: number): Promise<void> {
  while ((await statusOf(url, bearer)) !== status) await new Promise((resolve) => setTimeout(resolve, 100))
}
