import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { GATEWAY_MAIN } from '../site/gateway-process.ts'
import type { Edit } from './holes.ts'

const GATEWAY = dirname(dirname(GATEWAY_MAIN))
/** What a copy needs to run and to be tested. */
const PARTS = ['src', 'test', 'policy', 'docs', 'scripts', 'package.json', 'README.md', 'admin.openapi.json']

/** A copy of the gateway beside the real one, so that it finds the same packages. */
export interface Copy {
  readonly folder: string
  readonly main: string
  /** Makes a hole. Throws where the source is not as the hole expects it. */
  plant(edits: readonly Edit[]): void
  /** Takes the hole out again. */
  mend(): void
  remove(): void
}

export function copyGateway(): Copy {
  const folder = join(GATEWAY, `.planted-${process.pid}`)
  for (const part of PARTS) cpSync(join(GATEWAY, part), join(folder, part), { recursive: true })
  const before = new Map<string, string>()
  return {
    folder,
    main: join(folder, 'src/main.ts'),
    plant: (edits) => {
      for (const { file, find, replace } of edits) {
        const path = join(folder, 'src', file)
        const text = readFileSync(path, 'utf8')
        const times = text.split(find).length - 1
        if (times !== 1)
          throw new Error(
            `${JSON.stringify(find)} stands ${times} times in gateway/src/${file}: the hole has to be written anew`,
          )
        if (!before.has(path)) before.set(path, text)
        writeFileSync(
          path,
          text.replace(find, () => replace),
        )
      }
    },
    mend: () => {
      for (const [path, text] of before) writeFileSync(path, text)
      before.clear()
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
