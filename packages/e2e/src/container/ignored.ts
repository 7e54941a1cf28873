import { matchesGlob } from 'node:path'

/** Says of a path of the build context whether .dockerignore keeps it out. The last pattern that fits decides. */
export function dockerIgnore(text: string): (path: string) => boolean {
  const patterns = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({ keep: line.startsWith('!'), pattern: line.replace(/^!/, '').replace(/^\/|\/$/g, '') }))
  return (path) => {
    const parts = path.split('/')
    // A pattern that fits a folder fits all it holds.
    const places = parts.map((_, index) => parts.slice(0, index + 1).join('/'))
    const last = patterns.findLast(({ pattern }) => places.some((place) => matchesGlob(place, pattern)))
    return last !== undefined && !last.keep
  }
}
