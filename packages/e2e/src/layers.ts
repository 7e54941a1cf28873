import { acrossFaults } from './layers/deployables.ts'
import { downwardFaults } from './layers/downward.ts'
import type { Fault } from './layers/fault.ts'
import { nameFaults } from './layers/names.ts'
import { readSources } from './layers/source.ts'

/** Every import, name and length below `root` that breaks the layout of the design. */
export function checkLayers(root: string): Fault[] {
  const files = readSources(root)
  return [...acrossFaults(root, files), ...downwardFaults(files), ...nameFaults(files)]
}

/** `path:line message`. */
export function faultLine({ path, line, message }: Fault): string {
  return `${path}${line === undefined ? '' : `:${line}`} ${message}`
}
