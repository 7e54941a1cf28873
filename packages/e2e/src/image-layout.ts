// `node packages/e2e/src/image-layout.ts <folder> [Dockerfile…]`: lays images out below an empty folder to look at.
import { readdirSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { repositoryFiles } from './checks/repository-files.ts'
import { type Image, layOut } from './container/image.ts'

export const ROOT = resolve(import.meta.dirname, '../../..')

/** Every Dockerfile of the repository. */
export function dockerfiles(root = ROOT): string[] {
  return repositoryFiles(root).filter((path) => /(^|\/)Dockerfile$/.test(path))
}

/** Lays out the image of one Dockerfile below `folder`, which is emptied of what lies there for it. */
export function layOutImage(dockerfile: string, folder: string): Promise<Image> {
  const target = join(folder, dockerfile.replace(/\/?Dockerfile$/, '').replaceAll('/', '-'))
  rmSync(target, { recursive: true, force: true })
  return layOut(ROOT, dockerfile, target)
}

if (import.meta.main) {
  const [folder, ...chosen] = process.argv.slice(2)
  if (!folder) throw new Error('usage: image-layout.ts <folder> [Dockerfile…]')
  for (const dockerfile of chosen.length > 0 ? chosen : dockerfiles()) {
    const { root } = await layOutImage(dockerfile, resolve(folder))
    process.stdout.write(`${dockerfile} in ${root}: ${readdirSync(root, { recursive: true }).length} files\n`)
  }
}
