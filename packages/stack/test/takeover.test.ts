import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import t from 'tap'
import { emptyHome, processesOf, startStack, untilNoneLeft } from './stack-process.ts'

t.setTimeout(180_000)

t.test(
  'when the stack itself is killed the next start takes over, and without one its processes end',
  async (t) => {
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
    for (const end = Date.now() + 30_000; services().length > 0 && Date.now() < end; ) await pause(50)
    t.same(services(), [])

    // PostgreSQL waits for a next start, which here never comes.
    process.kill(
      Number.parseInt(readFileSync(join(home, 'postgres/cluster/postmaster.pid'), 'utf8'), 10),
      'SIGINT',
    )
    await untilNoneLeft(home)
  },
)
