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
  const env = { ...process.env, NO_COLOR: '1', PATH: [bin, process.env.PATH ?? ''].join(delimiter) }
  return new Promise((resolve) => {
    execFile(join(bin, program), args, { cwd: root, env, maxBuffer: 1e8 }, (error, stdout, stderr) => {
      const output = `${stdout}${stderr}`.trim()
      resolve({ ok: error === null, output: output || (error?.message ?? '') })
    })
  })
}
