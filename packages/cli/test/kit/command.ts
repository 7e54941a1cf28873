import { type ChildProcess, spawn } from 'node:child_process'
import { resolve } from 'node:path'
import type { TestScope } from '@stockgate/test-kit'
import { folder } from './files.ts'

const MAIN = resolve(import.meta.dirname, '../../src/main.ts')

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Starts the stockgate command with a state folder of its own. */
export function command(
  t: TestScope,
  args: readonly string[],
  stdin: 'ignore' | 'pipe' = 'ignore',
): { child: ChildProcess; ended: Promise<Ended> } {
  const env = {
    ...process.env,
    STOCKGATE_HOME: folder(t),
    STOCKGATE_CLIENT_SECRET: 'test',
    STOCKGATE_CLERK_SECRET: 'test',
  }
  const child = spawn(process.execPath, [MAIN, ...args], { env, stdio: [stdin, 'pipe', 'pipe'] })
  t.teardown(() => child.kill('SIGKILL'))
  const output = { stdout: '', stderr: '' }
  child.stdout?.setEncoding('utf8').on('data', (text) => (output.stdout += text))
  child.stderr?.setEncoding('utf8').on('data', (text) => (output.stderr += text))
  const ended = new Promise<Ended>((done) => child.once('close', (code) => done({ code, ...output })))
  return { child, ended }
}
