import { runProgram } from './program.ts'

/** The TypeScript compiler has no objection. */
export async function checkTypes(root: string): Promise<string[]> {
  const { ok, output } = await runProgram(root, 'tsc', ['-p', 'tsconfig.base.json', '--pretty', 'false'])
  return ok ? [] : output.split('\n')
}

/** Biome has no objection, not even a hint, and would format nothing differently. */
export async function checkLint(root: string): Promise<string[]> {
  const { ok, output } = await runProgram(root, 'biome', [
    'ci',
    '--max-diagnostics=none',
    '--reporter=github',
  ])
  const faults = output.split('\n').filter((line) => line.startsWith('::'))
  if (faults.length > 0) return faults.map((line) => plainDiagnostic(root, line))
  return ok ? [] : output.split('\n')
}

/** `::error title=rule,file=a.ts,line=3,…::message` as `a.ts:3 rule: message`. */
function plainDiagnostic(root: string, line: string): string {
  const [, title, file, at, message] = /^::\w+ title=(.*?),file=(.*?),line=(\d+).*?::(.*)$/.exec(line) ?? []
  return file ? `${file.replace(`${root}/`, '')}:${at} ${title}: ${message}` : line
}
