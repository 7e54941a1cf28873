import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { freePort } from '../src/free-port.ts'
import { ROOT } from '../src/home.ts'
import { startPostgres } from '../src/postgres.ts'
import { emptyHome, processesOf, type Scope, startStack } from './stack-process.ts'

t.setTimeout(180_000)

/** Starts with one thing wrong: one line says what, exit code 1, nothing runs afterwards. */
async function refused(
  t: Test,
  env: Record<string, string>,
  line: RegExp,
  home = emptyHome(t),
): Promise<void> {
  const stack = startStack(t, home, env)
  t.equal(await stack.exited, 1)
  t.match(stack.err(), line)
  t.equal(stack.err().trimEnd().split('\n').length, 1, `one line:\n${stack.err()}`)
  t.notMatch(stack.out() + stack.err(), /top-secret/)
  t.same(processesOf(home), [])
}

async function takePort(t: Scope): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  return (server.address() as { port: number }).port
}

for (const setting of ['PORT', 'ADMIN_PORT'])
  t.test(`${setting} is taken`, async (t) => {
    const port = await takePort(t)
    await refused(
      t,
      { [setting]: String(port) },
      new RegExp(`^stockgate: ${setting}: ${port} .*is taken; stop what`),
    )
  })

t.test('both ports are the same', (t) => {
  const port = '18999'
  return refused(
    t,
    { PORT: port, ADMIN_PORT: port },
    /^stockgate: ADMIN_PORT: 18999 is the PORT of the gateway/,
  )
})

t.test('a setting is not what it has to be, or misspelt', async (t) => {
  await refused(t, { PORT: 'eighty' }, /^stockgate: PORT: expected a whole number/)
  await refused(t, { DATABASE_URL: 'mysql://localhost' }, /^stockgate: DATABASE_URL: expected a URL/)
  await refused(t, { REDIS_ULR: 'redis://localhost' }, /^stockgate: REDIS_ULR: .* did you mean REDIS_URL/)
})

t.test('the state folder cannot be written', async (t) => {
  const file = join(emptyHome(t), 'file')
  writeFileSync(file, '')
  const line = /^stockgate: STOCKGATE_HOME: cannot write in \S+ \(\w+\); make it writable or name another/
  await refused(t, {}, line, join(file, 'home'))
  await refused(t, {}, line, '/proc/stockgate')
})

t.test('nobody listens at DATABASE_URL', async (t) => {
  const url = `postgres://me:top-secret@127.0.0.1:${await freePort()}/postgres`
  await refused(
    t,
    { DATABASE_URL: url },
    /^stockgate: DATABASE_URL: .* 127\.0\.0\.1:\d+ \(.*REFUSED.*unset DATABASE_URL/,
  )
})

t.test('the server at DATABASE_URL wants another password, or lets the user create nothing', async (t) => {
  const server = await startPostgres({ dataDir: join(emptyHome(t), 'server'), durable: false })
  t.teardown(() => server.stop())
  const url = new URL(server.url)
  url.password = 'top-secret'
  await refused(t, { DATABASE_URL: url.href }, /^stockgate: DATABASE_URL: .*password authentication failed/)

  const { default: pg } = await import('pg')
  const admin = new pg.Client({ connectionString: server.url })
  await admin.connect()
  await admin.query(`CREATE ROLE humble LOGIN PASSWORD 'top-secret'`)
  await admin.end()
  url.username = 'humble'
  await refused(
    t,
    { DATABASE_URL: url.href },
    /^stockgate: DATABASE_URL: cannot create the database stockgate_/,
  )
})

t.test('nobody listens at REDIS_URL', async (t) => {
  const url = `redis://:top-secret@127.0.0.1:${await freePort()}`
  await refused(
    t,
    { REDIS_URL: url },
    /^stockgate: REDIS_URL: .* 127\.0\.0\.1:\d+ \(.*REFUSED.*unset REDIS_URL/,
  )
})

t.test('what answers at REDIS_URL is no Redis', async (t) => {
  const port = await takePort(t)
  await refused(t, { REDIS_URL: `redis://127.0.0.1:${port}` }, /^stockgate: REDIS_URL: no use of Redis/)
})

t.test('the packages are not installed', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'stockgate-bare-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  mkdirSync(join(folder, 'packages/stack'), { recursive: true })
  cpSync(join(ROOT, 'packages/stack/src'), join(folder, 'packages/stack/src'), { recursive: true })
  cpSync(join(ROOT, 'packages/stack/package.json'), join(folder, 'packages/stack/package.json'))
  const stack = startStack(t, emptyHome(t), {}, join(folder, 'packages/stack/src/main.ts'))
  t.equal(await stack.exited, 1)
  t.match(stack.err(), /^stockgate: packages are missing \(.*\): run npx -y pnpm@12 install\n$/)
})

t.test('a second stack over the same folder leaves the first alone', async (t) => {
  const home = emptyHome(t)
  const first = startStack(t, home)
  const gateway = await first.ready
  const second = startStack(t, home)
  t.equal(await second.exited, 1)
  t.match(
    second.err(),
    new RegExp(`^stockgate: STOCKGATE_HOME: .* in use by process ${first.pid}.*${gateway}`),
  )
  t.equal((await fetch(`${gateway}/readyz`)).status, 200)
})
