import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'

export interface Import {
  readonly specifier: string
  readonly line: number
}

/** One file of ours, by its path from the root of the repository. */
export interface SourceFile {
  readonly path: string
  readonly lines: number
  readonly imports: readonly Import[]
}

const CODE = /\.(ts|tsx|mts|mjs|js)$/
const COUNTED = /\.(ts|tsx|mts|mjs|js|lua|sql)$/
const SKIPPED = new Set(['node_modules', 'dist'])
/** Statements only where a line begins: text inside strings and comments seldom does. */
const STATIC = /^(?:import|export)\b(?:[^'"`;]*?\bfrom)?\s*['"]([^'"\n]+)['"]/gm
const DYNAMIC = /\bimport\(\s*['"]([^'"$\n]+)['"]\s*\)/g

/** Every code file below the root, hidden and installed folders left out. */
export function readSources(root: string): SourceFile[] {
  return codeFiles(root, '').map((path) => {
    const text = readFileSync(join(root, path), 'utf8')
    return { path, lines: text.trimEnd().split('\n').length, imports: CODE.test(path) ? importsOf(text) : [] }
  })
}

function codeFiles(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter(({ name }) => !SKIPPED.has(name) && !name.startsWith('.'))
    .flatMap((entry) => {
      const path = posix.join(folder, entry.name)
      if (entry.isDirectory()) return codeFiles(root, path)
      return entry.isFile() && COUNTED.test(entry.name) ? [path] : []
    })
    .sort()
}

/** What a file imports or exports from elsewhere, types included. */
export function importsOf(text: string): Import[] {
  const code = text.replace(/\/\*.*?\*\//gs, (comment) => comment.replace(/[^\n]/g, ' '))
  return [...code.matchAll(STATIC), ...code.matchAll(DYNAMIC)].map((match) => ({
    specifier: match[1] as string,
    line: code.slice(0, match.index + match[0].length).split('\n').length,
  }))
}

/** The file a relative specifier means, from the root; undefined for packages. */
export function targetOf(file: string, specifier: string): string | undefined {
  return specifier.startsWith('.') ? posix.normalize(posix.join(posix.dirname(file), specifier)) : undefined
}
