import { execFile } from 'node:child_process'
import { delimiter, join, resolve } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** The root of the repository: this file lies at packages/test-kit/src/runner. */
export const ROOT = resolve(import.meta.dirname, '../../../..')
export const TAP = join(ROOT, 'node_modules/.bin/tap')

/** The workspace's own programs first: what a test starts by name runs on the same Node. */
export function workspaceEnvironment(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return { ...env, PATH: [join(ROOT, 'node_modules/.bin'), env.PATH ?? ''].join(delimiter) }
}

/**
 * Generates tap's test class for the plugins of .taprc, unless that is done. An installation brings the default
 * one along, with which every TypeScript test fails; left to itself tap notices too late for its first run.
 */
export async function buildTap(log: (line: string) => void): Promise<void> {
  const options = { cwd: ROOT, env: workspaceEnvironment() }
  const ask = "import { t } from 'tap'; process.stderr.write(t.pluginSignature)"
  const [wanted, built] = await Promise.all([
    run(TAP, ['plugin', 'list'], options).then(({ stdout }) => stdout.trim()),
    run(process.execPath, ['--input-type=module', '-e', ask], { cwd: import.meta.dirname }).then(
      ({ stderr }) => stderr.trim(),
      () => '',
    ),
  ])
  if (wanted === built) return
  log('building tap for the plugins of .taprc')
  await run(TAP, ['build'], options)
}

/** Every test file that .taprc names, relative to the root. */
export async function listTestFiles(): Promise<string[]> {
  const { stdout } = await run(TAP, ['list'], { cwd: ROOT, env: workspaceEnvironment(), maxBuffer: 1e7 })
  return stdout.split('\n').filter(Boolean)
}

/** The files that start with one of the given paths, as written from the root or from `cwd`. Throws when one fits none. */
export function selectFiles(
  files: readonly string[],
  wanted: readonly string[],
  cwd = process.cwd(),
): string[] {
  const selected = new Set<string>()
  for (const path of wanted) {
    const prefixes = [resolve(ROOT, path), resolve(cwd, path)]
    const found = files.filter((file) => prefixes.some((prefix) => join(ROOT, file).startsWith(prefix)))
    if (found.length === 0) throw new Error(`no test file begins with ${path}`)
    for (const file of found) selected.add(file)
  }
  return [...selected]
}
