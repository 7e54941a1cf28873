import { existsSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { runProgram } from './program.ts'
import { markdownFiles } from './repository-files.ts'

interface Shown {
  readonly where: string
  readonly words: readonly string[]
}

/** pnpm's own commands that a page may show. */
const BUILT_IN = new Set(['install', 'exec', 'run'])

/** Every command a Markdown file shows exists: scripts of pnpm, sub-commands of `stockgate`, files for `node`. */
export async function checkCommands(root: string, list = subCommands): Promise<string[]> {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object }
  const shown = markdownFiles(root).flatMap(({ path, text }) => commandsOf(path, text))
  const faults: string[] = []
  const known = shown.some(({ words }) => isStockgate(words)) ? await list(root) : new Set<string>()
  for (const { where, words } of shown) {
    const [program, first, second] = words
    if (program === 'node') {
      const folder = posix.dirname(where.split(':')[0] as string)
      const found = [first as string, posix.join(folder, first as string)].some((file) =>
        existsSync(join(root, file)),
      )
      if (!found) faults.push(`${where} node ${first}: there is no such file`)
    } else if (!(first && (BUILT_IN.has(first) || first in scripts))) {
      faults.push(`${where} pnpm ${first}: package.json has no such script`)
    } else if (isStockgate(words) && second && !known.has(second)) {
      faults.push(`${where} pnpm stockgate ${second}: there is no such command`)
    }
  }
  return faults
}

function isStockgate(words: readonly string[]): boolean {
  return words[0] === 'pnpm' && words[1] === 'stockgate'
}

/** Commands in fenced blocks and code spans: `pnpm …`, `npx -y pnpm@12 …` and `node <file>`, without their options. */
function commandsOf(path: string, text: string): Shown[] {
  const code = [...text.matchAll(/^(`{3,})[^\n]*\n(.*?)^\1|`([^`\n]+)`/gms)]
  return code.flatMap((match) => {
    const block = match[2] ?? match[3] ?? ''
    const start = match.index + match[0].indexOf(block)
    const uses = block.matchAll(
      /(?<=^|[\s(;&|$])(?:npx -y pnpm@\d+|pnpm)((?: +[^\s;&|)]+)+)|(?<=^|[\s;&|])node +(\S+\.[cm]?[jt]s)\b/gm,
    )
    return [...uses].flatMap((use) => {
      const where = `${path}:${text.slice(0, start + use.index).split('\n').length}`
      if (use[2]) return [{ where, words: ['node', use[2]] }]
      const words = (use[1] ?? '')
        .trim()
        .split(/ +/)
        // A shell function hands its arguments on as "$@"; which they are stands where it is called.
        .filter((word) => !word.startsWith('-') && word !== '…' && word !== '"$@"')
      return words.length > 0 ? [{ where, words: ['pnpm', ...words] }] : []
    })
  })
}

async function subCommands(root: string): Promise<Set<string>> {
  const { output } = await runProgram(root, 'node', [join(root, 'packages/cli/src/main.ts'), '--help'])
  const list = output.slice(output.indexOf('Commands:'))
  return new Set([...list.matchAll(/^ {2}([a-z][\w-]*)/gm)].map((match) => match[1] as string))
}
