import { execFile } from 'node:child_process'
import { delimiter, join } from 'node:path'

/** What a program of the workspace said, both streams together, and whether it was content. */
export interface Outcome {
  readonly ok: boolean
  readonly output: string
}

/** Runs one of node_modules/.bin in the root of the repository, on the workspace's own Node. */
export function runProgram(root: string, program: string, args: readonly string[]): Promise<Outcome> {
  const bin = join(root, 'node_modules/.bin')
  // No colours for our table, and no program that calls home.
  const quiet = { NO_COLOR: '1', REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' }
  const env = { ...process.env, ...quiet, PATH: [bin, process.env.PATH ?? ''].join(delimiter) }
  return new Promise((resolve) => {
    execFile(join(bin, program), args, { cwd: root, env, maxBuffer: 1e8 }, (error, stdout, stderr) => {
      const output = `${stdout}${stderr}`.trim()
      resolve({ ok: error === null, output: output || (error?.message ?? '') })
    })
  })
}
