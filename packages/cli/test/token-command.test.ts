import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { freePort } from '@stockgate/stack/free-port'
import { writeCredentials, writeRunning } from '@stockgate/stack/home'
import t, { type Test } from 'tap'

const MAIN = resolve(import.meta.dirname, '../src/main.ts')
const IDENTITY = resolve(import.meta.dirname, '../../../services/identity/src/main.ts')

/** The identity service itself, which answers at the same path as behind a gateway. */
async function startIdentity(t: Test, state: string): Promise<string> {
  const port = await freePort()
  const origin = `http://127.0.0.1:${port}`
  const env = {
    PATH: process.env.PATH ?? '',
    PORT: String(port),
    ISSUER: `${origin}/identity`,
    AUDIENCE: origin,
    STATE: join(state, 'identity'),
  }
  const child = spawn(process.execPath, [IDENTITY], { env, stdio: 'ignore' })
  t.teardown(() => child.kill('SIGKILL'))
  for (let up = false; !up; ) {
    await pause(50)
    up = await fetch(`${origin}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    )
  }
  return origin
}

function home(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'cli-token-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  return folder
}

async function stockgate(STOCKGATE_HOME: string, ...args: string[]) {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { PATH: process.env.PATH ?? '', STOCKGATE_HOME },
  })
  const said = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk) => {
    said.stdout += chunk
  })
  child.stderr.on('data', (chunk) => {
    said.stderr += chunk
  })
  const code = await new Promise<number | null>((done) => child.once('close', done))
  return { code, ...said }
}

t.test('it prints one access token and nothing else', async (t) => {
  const folder = home(t)
  const gateway = await startIdentity(t, folder)
  writeRunning(folder, { pid: 0, gateway, admin: '' })
  writeCredentials(folder, { demo: 'demo-secret' })
  const { code, stdout, stderr } = await stockgate(folder, 'token', 'demo')
  t.equal(code, 0)
  t.equal(stderr, '')
  t.match(stdout, /^[\w-]+\.[\w-]+\.[\w-]+\n$/)
  const [, claims = ''] = stdout.split('.')
  t.match(JSON.parse(Buffer.from(claims, 'base64url').toString()), {
    client_id: 'demo',
    sub: '42',
    aud: gateway,
  })
})

t.test('a wrong secret is told on stderr with exit code 1', async (t) => {
  const folder = home(t)
  const gateway = await startIdentity(t, folder)
  const asked = await stockgate(folder, 'token', 'demo', '--gateway', gateway, '--secret', 'wrong-secret')
  t.equal(asked.code, 1)
  t.equal(asked.stdout, '')
  t.match(asked.stderr, /^stockgate: http\S+ does not know the client "demo" with this secret: .*--secret\n$/)
})

t.test('without a stack, or for a client nobody knows, it says what to do', async (t) => {
  const folder = home(t)
  t.match(await stockgate(folder, 'token', 'demo'), {
    code: 1,
    stdout: '',
    stderr: 'stockgate: no secret known for the client "demo": run pnpm start first, or pass --secret\n',
  })
  const port = await freePort()
  t.match(
    await stockgate(folder, 'token', 'demo', '--secret', 'x', '--gateway', `http://127.0.0.1:${port}`),
    {
      code: 1,
      stdout: '',
      stderr: `stockgate: gateway not reachable at http://127.0.0.1:${port}: start it with pnpm start, or name another with --gateway\n`,
    },
  )
  writeCredentials(folder, { demo: 'a', ops: 'b' })
  const { stderr } = await stockgate(folder, 'token', 'dmeo')
  t.equal(stderr, 'stockgate: no secret known for the client "dmeo": known are demo, ops, or pass --secret\n')
})

t.test('the help teaches by example', async (t) => {
  const { code, stdout } = await stockgate(home(t), '--help')
  t.equal(code, 0)
  t.match(stdout, /pnpm -s stockgate token demo/)
  t.match(stdout, /import/)
  t.match((await stockgate(home(t), 'token', '--help')).stdout, /TOKEN=\$\(pnpm -s stockgate token demo\)/)
})
