import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'

const NOT_OURS = new Set(['node_modules', '.git', '.stockgate', '.tap'])

/** Every file that is or would be committed, from the root; without git every file that is not installed. */
export function repositoryFiles(root: string): string[] {
  if (!existsSync(join(root, '.git'))) return walk(root, '')
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1e8,
  })
  const files = new Set(listed.split('\0').filter(Boolean))
  return [...files].filter((file) => existsSync(join(root, file))).sort()
}

/** The Markdown files among them, with their text. */
export function markdownFiles(root: string): { path: string; text: string }[] {
  return repositoryFiles(root)
    .filter((path) => path.endsWith('.md'))
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
}

function walk(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter(({ name }) => !NOT_OURS.has(name))
    .flatMap((entry) => {
      const path = posix.join(folder, entry.name)
      return entry.isDirectory() ? walk(root, path) : [path]
    })
    .sort()
}
