import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { TestScope } from '@stockgate/test-kit'

export interface ShellOutcome {
  /** Undefined where every command succeeded. */
  readonly failed: number | null | undefined
  readonly output: string
  readonly errors: string
}

/** One shell that remembers its variables from one block of commands to the next. */
export interface Shell {
  /** Runs a block. The shell ends with the first command that fails, in a pipe too. */
  run(commands: string): Promise<ShellOutcome>
}

/** Opens a bash in this folder with this environment; it ends with the test. */
export function openShell(
  t: TestScope,
  cwd: string,
  env: Readonly<Record<string, string | undefined>>,
): Shell {
  const folder = mkdtempSync(join(tmpdir(), 'stockgate-shell-'))
  const bash = spawn('bash', ['--noprofile', '--norc', '-eo', 'pipefail'], {
    cwd,
    env: { ...env },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  // A shell that has ended takes no more; that is told by its end.
  bash.stdin.on('error', () => {})
  const ended = once(bash, 'close').then(([code]) => code as number | null)
  const lines = createInterface({ input: bash.stdout })
  t.teardown(async () => {
    bash.stdin.end()
    bash.kill('SIGKILL')
    await ended
    rmSync(folder, { recursive: true, force: true })
  })

  return {
    async run(commands) {
      const [script, output, errors] = ['script', 'output', 'errors'].map((name) => join(folder, name)) as [
        string,
        string,
        string,
      ]
      for (const file of [output, errors]) writeFileSync(file, '')
      writeFileSync(script, `${commands}\n`)
      const done = once(lines, 'line').then(() => undefined)
      bash.stdin.write(`. '${script}' </dev/null >'${output}' 2>'${errors}'; echo done\n`)
      const failed = await Promise.race([done, ended])
      return { failed, output: readFileSync(output, 'utf8'), errors: readFileSync(errors, 'utf8') }
    },
  }
}
