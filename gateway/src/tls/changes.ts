import { stat } from 'node:fs/promises'

/**
 * What tells one state of some files from another. Links are followed, so that a swap of the folder behind one, as
 * Kubernetes does it, is a change. A file that is not there is a state too.
 */
export async function stateOf(paths: readonly string[]): Promise<string> {
  const states = await Promise.all(
    paths.map(async (path) => {
      try {
        const { ino, size, mtimeMs, ctimeMs } = await stat(path)
        return `${ino}:${size}:${mtimeMs}:${ctimeMs}`
      } catch (error) {
        return String((error as NodeJS.ErrnoException).code)
      }
    }),
  )
  return states.join(' ')
}
