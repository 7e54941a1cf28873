import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export const GATEWAY_MAIN = fileURLToPath(new URL('../../../../gateway/src/main.ts', import.meta.url))

export interface GatewayProcess {
  readonly child: ChildProcess
  readonly port: number
  /** Every access line so far. */
  readonly lines: readonly AccessLine[]
  /** What it wrote that should never be written: errors, and anything on stderr. */
  readonly complaints: readonly string[]
  stop(): Promise<void>
}

export interface AccessLine {
  readonly request_id: string
  readonly path: string | null
  readonly status: number
  readonly upstream: string | null
  readonly error: string | null
}

export class BootFailed extends Error {}

const ERROR_LEVEL = 50
const BOOT_MS = 30_000

/** Starts the gateway as the process it is in production. Rejects with BootFailed when it will not run. */
export async function startGatewayProcess(
  main: string,
  env: Readonly<Record<string, string>>,
  secret: string,
): Promise<GatewayProcess> {
  const child = spawn(process.execPath, [main], {
    cwd: env.STATE,
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const lines: AccessLine[] = []
  const complaints: string[] = []
  let stderr = ''
  let rest = ''
  let listening: (url: string) => void = () => {}
  const url = new Promise<string>((resolve) => {
    listening = resolve
  })
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const whole = (rest + text).split('\n')
    rest = whole.pop() as string
    for (const line of whole) {
      const entry = JSON.parse(line)
      if (entry.msg === 'listening') listening(entry.url)
      if ('verdict' in entry) lines.push(entry)
      if (entry.level >= ERROR_LEVEL) complaints.push(`logged as an error: ${line.slice(0, 600)}`)
      if (line.includes(secret)) complaints.push(`logged a secret: ${line.slice(0, 600)}`)
    }
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
    complaints.push(`wrote to stderr: ${text.slice(0, 600)}`)
  })
  const closed = once(child, 'close')
  const timer = setTimeout(() => child.kill('SIGKILL'), BOOT_MS)
  const started = await Promise.race([url, closed.then(() => null)])
  clearTimeout(timer)
  if (started === null) throw new BootFailed(stderr.trim() || 'the gateway ended before it listened')
  return {
    child,
    port: Number(new URL(started).port),
    lines,
    complaints,
    stop: async () => {
      const grace = setTimeout(() => child.kill('SIGKILL'), 10_000)
      child.kill('SIGTERM')
      await closed
      clearTimeout(grace)
    },
  }
}
