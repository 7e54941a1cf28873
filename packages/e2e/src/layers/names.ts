import type { Fault } from './fault.ts'
import type { SourceFile } from './source.ts'

const DRAWERS = /^(utils?|helpers?|common|shared|misc|types)$/
const LONGEST = 300

/** Names that say nothing about what lies inside, and files too long to hold one idea. */
export function nameFaults(files: readonly SourceFile[]): Fault[] {
  return files.flatMap(({ path, lines }) => {
    const faults: Fault[] = []
    for (const part of path.split('/')) {
      const name = part.replace(/(\.test)?\.\w+$/, '')
      if (DRAWERS.test(name)) faults.push({ path, message: `${name} is no name: say what it holds` })
    }
    if (lines > LONGEST) faults.push({ path, message: `${lines} lines, more than ${LONGEST}` })
    return faults
  })
}
