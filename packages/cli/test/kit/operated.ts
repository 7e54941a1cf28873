import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { freePort } from '@stockgate/stack/free-port'
import { writeCredentials, writeRunning } from '@stockgate/stack/home'
import { type RecordingUpstream, recordingUpstream, type TestScope } from '@stockgate/test-kit'
import type { Ended } from './command.ts'
import { folder } from './files.ts'

const ROOT = resolve(import.meta.dirname, '../../../..')
const MAIN = join(ROOT, 'packages/cli/src/main.ts')
const SECRETS = JSON.parse(readFileSync(join(ROOT, 'services/identity/development-secrets.json'), 'utf8'))

/** A real gateway in front of the real identity service and of a service `shop` that takes everything. */
export interface Operated {
  readonly gateway: string
  readonly admin: string
  readonly upstream: RecordingUpstream
  /** The state folder, as `pnpm start` leaves it. */
  readonly home: string
  /** Runs the stockgate command to its end. */
  stockgate(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ended>
  /** What the gateway logged so far. */
  log(): string
  /** Freezes the process of the gateway, or thaws it. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): void
}

const SHOP = {
  service: 'shop',
  routes: [{ path: '/things', methods: ['GET'], auth: 'bearer', scopes: ['things:read'] }],
}

/** Starts both as processes of their own; they end with the test. `env` are further settings of the gateway. */
export async function startOperated(
  t: TestScope,
  env: Readonly<Record<string, string>> = { KEY_PEPPER: 'a pepper that only the tests of the command know' },
): Promise<Operated> {
  const home = folder(t)
  const upstream = await recordingUpstream(t)
  const [port, adminPort, identityPort] = [await freePort(), await freePort(), await freePort()]
  const gateway = `http://127.0.0.1:${port}`
  const admin = `http://127.0.0.1:${adminPort}`
  const identity = `http://127.0.0.1:${identityPort}`
  const issuer = { issuer: `${gateway}/identity`, audience: gateway, jwks: `${identity}/identity/jwks` }
  writeFileSync(join(home, 'shop.json'), JSON.stringify(SHOP))
  const output = { text: '' }

  start(t, 'services/identity', {
    PORT: String(identityPort),
    ISSUER: issuer.issuer,
    AUDIENCE: gateway,
    STATE: join(home, 'identity'),
  })
  await untilReady(`${identity}/readyz`, output)
  const child = start(t, 'gateway', {
    PORT: String(port),
    ADMIN_PORT: String(adminPort),
    PUBLIC_URL: gateway,
    MANIFESTS: `${join(home, 'shop.json')},${join(ROOT, 'services/identity/gateway.json')}`,
    UPSTREAMS: `shop=${upstream.url},identity=${identity}`,
    ISSUERS: JSON.stringify([issuer]),
    STATE: join(home, 'gateway'),
    CALLER_KEY: join(home, 'gateway', 'caller-key.json'),
    ...env,
  })
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => (output.text += text))
  await untilReady(`${gateway}/readyz`, output)
  writeRunning(home, { pid: 0, gateway, admin })
  writeCredentials(home, SECRETS)

  return {
    gateway,
    admin,
    upstream,
    home,
    log: () => output.text,
    signal: (name) => void child.kill(name),
    stockgate: (args, more = {}) => {
      const own = { PATH: process.env.PATH ?? '', STOCKGATE_HOME: home, ...more }
      const command = spawn(process.execPath, [MAIN, ...args], {
        env: own,
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      t.teardown(() => command.kill('SIGKILL'))
      const said = { stdout: '', stderr: '' }
      command.stdout.setEncoding('utf8').on('data', (text) => (said.stdout += text))
      command.stderr.setEncoding('utf8').on('data', (text) => (said.stderr += text))
      return new Promise((done) => command.once('close', (code) => done({ code, ...said })))
    },
  }
}

function start(t: TestScope, part: string, env: Readonly<Record<string, string>>): ChildProcess {
  const child = spawn(process.execPath, [join(ROOT, part, 'src/main.ts')], {
    env: { PATH: process.env.PATH ?? '', ...env },
    // The channel ends with us, however we end, and they end with it.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  child.stdout?.resume()
  child.stderr?.resume()
  t.teardown(() => child.kill('SIGKILL'))
  return child
}

async function untilReady(url: string, output: { readonly text: string }): Promise<void> {
  const deadline = Date.now() + 30_000
  for (;;) {
    const ok = await fetch(url).then(
      (answer) => answer.ok,
      () => false,
    )
    if (ok) return
    if (Date.now() > deadline) throw new Error(`${url} did not become ready: ${output.text}`)
    await pause(50)
  }
}
