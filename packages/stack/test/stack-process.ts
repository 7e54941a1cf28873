import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { ROOT, readJson } from '../src/home.ts'

/** What of a tap test these need. */
export interface Scope {
  teardown(end: () => unknown): unknown
}

/** `pnpm start` as a real process over a state folder of its own, on free ports. */
export interface StackProcess {
  readonly pid: number
  readonly home: string
  /** Everything it said. */
  out(): string
  err(): string
  /** Fulfilled with the gateway's address; rejects when it ends first. */
  readonly ready: Promise<string>
  readonly exited: Promise<number | null>
  /** Fulfilled once a line matches. */
  said(pattern: RegExp): Promise<void>
  signal(name: NodeJS.Signals): void
}

const MAIN = join(ROOT, 'packages/stack/src/main.ts')

export function startStack(
  t: Scope,
  home: string,
  env: Record<string, string> = {},
  main = MAIN,
): StackProcess {
  const child = spawn(process.execPath, [main], {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH ?? '',
      HOME: process.env.HOME ?? '',
      STOCKGATE_HOME: home,
      PORT: '0',
      ADMIN_PORT: '0',
      ...env,
    },
  })
  const said = { out: '', err: '' }
  child.stdout.on('data', (chunk) => {
    said.out += chunk
  })
  child.stderr.on('data', (chunk) => {
    said.err += chunk
  })
  const exited = once(child, 'close').then(([code]) => code as number | null)
  let running = true
  exited.then(() => {
    running = false
  })
  async function until(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(said.out)
      if (found) return found
      if (!running) throw new Error(`ended without ${pattern}:\n${said.out}${said.err}`)
      await pause(20)
    }
  }
  const ready = until(/^stockgate ready (\S+)$/m).then(([, address = '']) => address)
  ready.catch(() => {})
  t.teardown(async () => {
    child.kill('SIGTERM')
    await Promise.race([exited, pause(30_000, undefined, { ref: false })])
    child.kill('SIGKILL')
  })
  return {
    pid: child.pid as number,
    home,
    out: () => said.out,
    err: () => said.err,
    ready,
    exited,
    said: async (pattern) => {
      await until(pattern)
    },
    signal: (name) => child.kill(name),
  }
}

/** An empty state folder, gone when the test ends. Open to PostgreSQL's own user, where there has to be one. */
export function emptyHome(t: Scope): string {
  const home = mkdtempSync(join(tmpdir(), 'stockgate-'))
  chmodSync(home, 0o755)
  t.teardown(() => rmSync(home, { recursive: true, force: true, maxRetries: 5 }))
  return home
}

/** Processes that belong to this state folder, by what their environment and command line say. */
export function processesOf(home: string): string[] {
  if (process.platform !== 'linux') return rememberedProcesses(home)
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
        const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
        const ours = environment.includes(`STOCKGATE_HOME=${home}`) || command.includes(`${home}/`)
        return ours && Number(pid) !== process.pid ? [`${pid} ${command}`] : []
      } catch {
        return []
      }
    })
}

function rememberedProcesses(home: string): string[] {
  return Object.entries(childPids(home)).flatMap(([name, pid]) => {
    try {
      process.kill(pid, 0)
      return [`${pid} ${name}`]
    } catch {
      return []
    }
  })
}

/** Fulfilled once none is left; rejects with their names after a while. */
export async function untilNoneLeft(home: string): Promise<void> {
  for (let waited = 0; processesOf(home).length > 0; waited += 50) {
    if (waited > 15_000) throw new Error(`left running: ${processesOf(home).join('\n')}`)
    await pause(50)
  }
}

/** Number of each process, by its name. */
export function childPids(home: string): Record<string, number> {
  const children = readJson<Record<string, { pid: number }>>(join(home, 'children.json')) ?? {}
  return Object.fromEntries(Object.entries(children).map(([name, { pid }]) => [name, pid]))
}

/** An access token by client credentials, as any client gets one. */
export async function token(gateway: string, client: string): Promise<string> {
  const response = await fetch(`${gateway}/identity/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${client}:${client}-secret`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  })
  return ((await response.json()) as { access_token: string }).access_token
}

/** The status of a GET with a token. */
export async function statusOf(url: string, bearer: string): Promise<number> {
  const response = await fetch(url, { headers: { authorization: `Bearer ${bearer}` } })
  await response.body?.cancel()
  return response.status
}
