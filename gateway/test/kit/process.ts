import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TestIssuer, TestScope } from '@stockgate/test-kit'
import { folderOf } from './folder.ts'
import { SHOP } from './gateway.ts'
import { until } from './until.ts'

export { folderOf } from './folder.ts'

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

/** The settings a gateway process needs at least, in a folder of its own; every port is a free one. */
export function standAlone(t: TestScope, issuer: TestIssuer, upstream: string): Record<string, string> {
  const folder = folderOf(t, { 'gateway.json': SHOP, 'jwks.json': issuer.jwks })
  const trusted = { issuer: issuer.issuer, audience: issuer.audience, jwks: join(folder, 'jwks.json') }
  return {
    PORT: '0',
    ADMIN_PORT: '0',
    MANIFESTS: join(folder, 'gateway.json'),
    UPSTREAMS: `shop=${upstream}`,
    ISSUERS: JSON.stringify([trusted]),
    CALLER_KEY: join(folder, 'keys', 'caller-key.json'),
    STATE: join(folder, 'state'),
  }
}

export interface GatewayProcess {
  readonly child: ChildProcess
  /** What it wrote so far. */
  readonly output: { stdout: string; stderr: string }
  /** The lines of its log, parsed. */
  lines(): Record<string, unknown>[]
  /** Resolves when it listens, with the URLs of both listeners. */
  ready(): Promise<{ url: string; admin: string }>
  /** Resolves with the exit code. */
  exited: Promise<number | null>
}

/** Runs the gateway as the process it is in production, with these settings and nothing else of ours. */
export function runGateway(
  t: TestScope,
  env: Record<string, string>,
  { openFiles }: { openFiles?: number } = {},
): GatewayProcess {
  // Node raises the soft limit of open files to the hard one, so a shell has to lower both.
  const [command, ...args] =
    openFiles === undefined
      ? [process.execPath, MAIN]
      : ['sh', '-c', `ulimit -n ${openFiles}; exec "$0" "$@"`, process.execPath, MAIN]
  const child = spawn(command as string, args, {
    cwd: folderOf(t, {}),
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = { stdout: '', stderr: '' }
  child.stdout.on('data', (text) => {
    output.stdout += text
  })
  child.stderr.on('data', (text) => {
    output.stderr += text
  })
  // 'close' comes when all output is read as well.
  const exited = once(child, 'close').then(([code]) => code as number | null)
  t.teardown(async () => {
    child.kill('SIGKILL')
    await exited
  })
  const lines = () =>
    output.stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line))
  const listening = () => lines().find(({ msg }) => msg === 'listening')
  return {
    child,
    output,
    lines,
    exited,
    ready: async () => {
      await until(() => listening() !== undefined || child.exitCode !== null, 'the gateway listens', 60_000)
      if (listening() === undefined) throw new Error(`the gateway ended: ${output.stderr}`)
      return listening()
    },
  }
}
