import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { freePort } from '../src/free-port.ts'
import { endLeftovers, rememberChildren } from '../src/leftovers.ts'
import { keepPorts } from '../src/ports.ts'
import { processStart } from '../src/process-start.ts'
import { keyPepper, ordersSecret, shareCredentials } from '../src/secrets.ts'
import { tryLines } from '../src/terminal.ts'

function home(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'stack-home-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  return folder
}

t.test('ports stay the same from start to start', async (t) => {
  const folder = home(t)
  const first = await keepPorts(folder, ['orders', 'products'])
  t.same(await keepPorts(folder, ['orders', 'products']), first)
})

t.test('free ports are none that the system gives to connections by itself', async (t) => {
  const ports = await Promise.all(Array.from({ length: 50 }, () => freePort()))
  t.same(
    ports.filter((port) => port < 1024 || port > 32_767),
    [],
  )
  t.equal(new Set(ports).size, 50, 'and none is given out twice')
})

t.test('a port somebody else has taken since is replaced, the others stay', async (t) => {
  const folder = home(t)
  const first = await keepPorts(folder, ['orders', 'products'])
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(first.orders, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const second = await keepPorts(folder, ['orders', 'products'])
  t.not(second.orders, first.orders)
  t.equal(second.products, first.products)
})

t.test('what a killed stack left running is ended, and nothing else', async (t) => {
  const folder = home(t)
  const start = () => spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
  const [left, stranger] = [start(), start()]
  t.teardown(() => [left, stranger].map((child) => child.kill('SIGKILL')))
  await pause(100)
  rememberChildren(folder)('orders', left.pid as number)
  const path = join(folder, 'children.json')
  const known = JSON.parse(readFileSync(path, 'utf8'))
  // The number now belongs to another process.
  known.products = { pid: stranger.pid, started: 'long ago' }
  writeFileSync(path, JSON.stringify(known))
  const said: string[] = []
  await endLeftovers(folder, (line) => said.push(line))
  t.equal(processStart(left.pid as number), undefined)
  t.ok(processStart(stranger.pid as number))
  t.same(said, ['ending orders, left running by a stack that was killed'])
})

t.test('the secret of orders is made once, and nobody else can read it', async (t) => {
  const folder = home(t)
  const secret = ordersSecret(folder)
  t.match(secret, /^[\w-]{32}$/)
  t.equal(ordersSecret(folder), secret)
  t.not(ordersSecret(home(t)), secret)
  t.equal(statSync(join(folder, 'orders-secret.json')).mode & 0o777, 0o600)
})

t.test('the pepper of API keys is made once for a state folder, long enough for the gateway', async (t) => {
  const folder = home(t)
  const pepper = keyPepper(folder)
  t.ok(pepper.length >= 32)
  t.equal(keyPepper(folder), pepper)
  t.not(keyPepper(home(t)), pepper)
  t.equal(statSync(join(folder, 'gateway', 'key-pepper.json')).mode & 0o777, 0o600)
})

t.test('commands find the secrets of people’s clients, not the one of a service', async (t) => {
  const folder = home(t)
  t.equal(shareCredentials(folder), 'demo-secret')
  const shared = JSON.parse(readFileSync(join(folder, 'credentials.json'), 'utf8'))
  t.same(Object.keys(shared), ['demo', 'warehouse', 'manager', 'ops'])
})

t.test('the lines to try name the state folder only where it is another one', async (t) => {
  const [plain] = tryLines('http://127.0.0.1:8080', undefined)
  t.equal(
    plain,
    'curl -H "Authorization: Bearer $(npx -y pnpm@12 --silent stockgate token demo)" http://127.0.0.1:8080/products',
  )
  t.match(tryLines('http://x', '/srv/a b')[0], /\$\(STOCKGATE_HOME='\/srv\/a b' npx/)
})

t.test('who kills the package manager ends what it ran', async (t) => {
  const folder = home(t)
  const program = join(folder, 'watch.mjs')
  const runners = new URL('../src/runners.ts', import.meta.url).href
  writeFileSync(
    program,
    `import { watchRunners } from ${JSON.stringify(runners)}
     import { writeFileSync } from 'node:fs'
     setInterval(() => {}, 1000)
     watchRunners(() => { writeFileSync(${JSON.stringify(join(folder, 'gone'))}, ''); process.exit() })
     writeFileSync(${JSON.stringify(join(folder, 'up'))}, '')`,
  )
  // A script called pnpm is pnpm, as far as its name goes; the shell in between is there in real life too.
  const pnpm = join(folder, 'pnpm')
  writeFileSync(pnpm, `#!/bin/sh\nsh -c '"${process.execPath}" "${program}"; true' &\nwait\n`)
  chmodSync(pnpm, 0o755)
  const runner = spawn(pnpm, { stdio: 'ignore' })
  t.teardown(() => runner.kill('SIGKILL'))
  while (!existsSync(join(folder, 'up'))) await pause(20)
  await pause(600)
  t.notOk(existsSync(join(folder, 'gone')))
  runner.kill('SIGKILL')
  while (!existsSync(join(folder, 'gone'))) await pause(20)
})
