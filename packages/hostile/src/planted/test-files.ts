import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'

/** Test files below these places, as paths below `test`. Places that are not there are passed over. */
export function testFilesOf(folder: string, places: readonly string[]): string[] {
  const root = join(folder, 'test')
  return places.flatMap((place) => {
    const path = join(root, place)
    if (!existsSync(path)) return []
    if (!statSync(path).isDirectory()) return [place]
    return readdirSync(path, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.test.ts'))
      .map((name) => relative(root, join(path, name)))
      .sort()
  })
}

const LONGEST_MS = 120_000

/** The titles of the tests of a file that fail, or its own name where it did not get as far as titles. */
export async function failuresOf(folder: string, file: string): Promise<string[]> {
  const child = spawn(process.execPath, [join(folder, 'test', file)], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  const timer = setTimeout(() => child.kill('SIGKILL'), LONGEST_MS)
  const [code] = await once(child, 'close')
  clearTimeout(timer)
  const titles = [...output.matchAll(/^not ok \d+ - (.+?)(?: # time=.*)?(?: \{)?$/gm)].map(
    ([, title = '']) => title,
  )
  if (titles.length > 0) return titles
  return code === 0 ? [] : ['the file does not run to its end']
}
