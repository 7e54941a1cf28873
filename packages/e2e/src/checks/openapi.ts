import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describeApps } from '../openapi.ts'
import { runProgram } from './program.ts'

/** Each kept description is what its app says of itself, and valid. */
export async function checkOpenApi(root: string, validate = lint): Promise<string[]> {
  const faults: string[] = []
  const kept: string[] = []
  for (const [path, text] of await describeApps(root)) {
    if (!existsSync(join(root, path))) faults.push(`${path} is missing: run \`pnpm openapi\``)
    else if (readFileSync(join(root, path), 'utf8') !== text)
      faults.push(`${path} is old: run \`pnpm openapi\``)
    else kept.push(path)
  }
  if (kept.length > 0) faults.push(...(await validate(root, kept)))
  return faults
}

async function lint(root: string, paths: readonly string[]): Promise<string[]> {
  const program = join('../..', 'packages/e2e/node_modules/.bin/redocly')
  const { ok, output } = await runProgram(root, program, [
    'lint',
    '--extends=spec',
    '--format=github-actions',
    ...paths,
  ])
  const found = output.split('\n').filter((line) => line.startsWith('::'))
  return ok && found.length === 0 ? [] : found.length > 0 ? found : output.split('\n')
}
