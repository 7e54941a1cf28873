import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { TestScope } from '@stockgate/test-kit'
import { openShop, type Shop } from '../shop.ts'
import { until } from './until.ts'

/** The root of the repository: this file lies at packages/e2e/src/running. */
export const ROOT = resolve(import.meta.dirname, '../../../..')

/** Everything on this machine, as `pnpm start` runs it, over a state folder of its own and on free ports. */
export interface RunningStack {
  /** Address of the gateway. */
  readonly gateway: string
  readonly home: string
  /** The API with the clients the stack has seeded, the orders service among them. */
  readonly shop: Shop
  /** Secrets of the clients, by id. */
  readonly secrets: Readonly<Record<string, string>>
  /** Everything it said, both streams together. */
  said(): string
  /** Number of one of its processes now; it changes when the process is started again. */
  pid(name: string): number
  /** Ports that no client should hear of, by process. */
  innerPorts(): Record<string, number>
  /** Ctrl-C, or another signal; gives the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

export interface StackOptions {
  /** A state folder that is there already. */
  readonly home?: string
  readonly env?: Readonly<Record<string, string>>
  /** What to run instead of the stack's own main file. */
  readonly command?: readonly string[]
}

const MAIN = join(ROOT, 'packages/stack/src/main.ts')
const PATIENCE_MS = 30_000

/** Starts the stack and waits until it is ready; it ends with the test. Rejects with what it said when it ends first. */
export async function startStack(
  t: TestScope,
  { home = emptyHome(t), env = {}, command = [process.execPath, MAIN] }: StackOptions = {},
): Promise<RunningStack> {
  const [program = '', ...args] = command
  const child = spawn(program, args, {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH ?? '',
      HOME: process.env.HOME ?? '',
      STOCKGATE_HOME: home,
      PORT: '0',
      ADMIN_PORT: '0',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text) => {
      said += text
    })
  let running = true
  const exited = once(child, 'close').then(([code]) => {
    running = false
    return code as number | null
  })
  // Of a chain of programs the last one is meant; the others end with it.
  const signal = (name: NodeJS.Signals) => {
    if (running) process.kill(read<{ pid: number }>(home, 'running.json')?.pid ?? (child.pid as number), name)
  }
  t.teardown(async () => {
    signal('SIGTERM')
    await Promise.race([exited, pause(PATIENCE_MS, undefined, { ref: false })])
    child.kill('SIGKILL')
  })

  const gateway = await until(
    'the stack to be ready',
    () => {
      if (!running) throw new Error(`the stack ended before it was ready:\n${said}`)
      return /^stockgate ready (\S+)$/m.exec(said)?.[1]
    },
    150_000,
  )
  const secrets = secretsOf(home)
  return {
    gateway,
    home,
    secrets,
    shop: openShop(gateway, secrets),
    said: () => said,
    pid: (name) => read<Record<string, { pid: number }>>(home, 'children.json')?.[name]?.pid ?? 0,
    innerPorts: () => read<Record<string, number>>(home, 'ports.json') ?? {},
    stop: (name = 'SIGINT') => {
      signal(name)
      return exited
    },
  }
}

/** An empty state folder, gone when the test ends. Open to PostgreSQL's own user, where there has to be one. */
export function emptyHome(t: TestScope): string {
  const home = mkdtempSync(join(tmpdir(), 'stockgate-whole-'))
  chmodSync(home, 0o755)
  t.teardown(() => rmSync(home, { recursive: true, force: true, maxRetries: 5 }))
  return home
}

function secretsOf(home: string): Record<string, string> {
  const orders = read<{ secret: string }>(home, 'orders-secret.json')?.secret ?? ''
  return { ...read<Record<string, string>>(home, 'credentials.json'), orders }
}

function read<T>(home: string, file: string): T | undefined {
  try {
    return JSON.parse(readFileSync(join(home, file), 'utf8')) as T
  } catch {
    return undefined
  }
}
