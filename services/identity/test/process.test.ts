import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import t from 'tap'
import { freePort, stateFolder } from './issuer.ts'

t.setTimeout(100_000)

const MAIN = join(import.meta.dirname, '../src/main.ts')

interface Run {
  readonly child: ChildProcess
  readonly exited: Promise<number | null>
  out(): string
  err(): string
}

/** The service as an operator starts it. */
function run(t: Tap, env: Record<string, string>): Run {
  const child = spawn(process.execPath, [MAIN], { env: { PATH: process.env.PATH ?? '', ...env } })
  const said = { out: '', err: '' }
  child.stdout?.on('data', (chunk) => {
    said.out += chunk
  })
  child.stderr?.on('data', (chunk) => {
    said.err += chunk
  })
  const exited = once(child, 'close').then(([code]) => code as number | null)
  t.teardown(() => {
    child.kill('SIGKILL')
    return exited
  })
  return { child, exited, out: () => said.out, err: () => said.err }
}

type Tap = Parameters<typeof stateFolder>[0]

t.test('it serves by settings alone, logs only JSON lines, and ends cleanly on SIGTERM', async (t) => {
  const port = await freePort()
  const service = run(t, {
    PORT: String(port),
    ISSUER: `http://127.0.0.1:${port}/identity`,
    STATE: stateFolder(t),
  })
  await untilUp(`http://127.0.0.1:${port}/readyz`)
  const token = await fetch(`http://127.0.0.1:${port}/identity/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: 'demo',
      client_secret: 'demo-secret',
    }),
  })
  t.equal(token.status, 200)
  const { access_token } = (await token.json()) as { access_token: string }

  service.child.kill('SIGTERM')
  t.equal(await service.exited, 0)
  t.equal(service.err(), '')
  const lines = service.out().trimEnd().split('\n')
  for (const line of lines) t.doesNotThrow(() => JSON.parse(line), line)
  t.notOk(
    lines.some((line) => JSON.parse(line).level > 30),
    'nothing above info',
  )
  t.notOk(service.out().includes(access_token) || service.out().includes('demo-secret'), 'no secret')
})

const wrong: readonly (readonly [Record<string, string>, RegExp])[] = [
  [{ PORT: 'http' }, /^stockgate identity: PORT: expected a whole number .*\n$/],
  [{ ISUER: 'http://x' }, /^stockgate identity: ISUER: unknown setting; did you mean ISSUER\?\n$/],
  [{ HOST: '0.0.0.0' }, /^stockgate identity: CLIENT_SECRETS: is required .*\n$/],
  [{ STATE: '/dev/null/state' }, /^stockgate identity: STATE: cannot use the folder .*\n$/],
]
for (const [setting, message] of wrong)
  t.test(`a wrong setting stops the boot with one line: ${JSON.stringify(setting)}`, async (t) => {
    const service = run(t, { PORT: '0', STATE: stateFolder(t), ...setting })
    t.equal(await service.exited, 1)
    t.match(service.err(), message)
    t.equal(service.out(), '')
  })

async function untilUp(url: string): Promise<void> {
  for (;;) {
    const up = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    )
    if (up) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
