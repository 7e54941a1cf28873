// `pnpm check [name…]`: everything that can be said of the repository without running it.
import { resolve } from 'node:path'
import { checkCommands } from './checks/commands.ts'
import { checkLinks } from './checks/links.ts'
import { checkOpenApi } from './checks/openapi.ts'
import { checkPageLength } from './checks/page-length.ts'
import { checkPolicy } from './checks/policy.ts'
import { checkLint, checkTypes } from './checks/programs.ts'
import { checkSettingsTables } from './checks/settings-tables.ts'
import { checkWords } from './checks/words.ts'
import { checkLayers, faultLine } from './layers.ts'

const ROOT = resolve(import.meta.dirname, '../../..')
const SHOWN_MOST = 40

const CHECKS: Readonly<Record<string, (root: string) => Promise<string[]>>> = {
  types: checkTypes,
  lint: checkLint,
  layers: async (root) => checkLayers(root).map(faultLine),
  policy: checkPolicy,
  openapi: checkOpenApi,
  links: checkLinks,
  commands: checkCommands,
  settings: checkSettingsTables,
  words: checkWords,
  length: checkPageLength,
}

async function report(name: string): Promise<boolean> {
  const began = Date.now()
  const faults = await (CHECKS[name] as (root: string) => Promise<string[]>)(ROOT).catch((error) => [
    error instanceof Error ? (error.stack ?? error.message) : String(error),
  ])
  const time = `${((Date.now() - began) / 1000).toFixed(1).padStart(5)} s`
  const verdict =
    faults.length === 0 ? 'ok' : `FAILED, ${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}`
  const more = faults.length > SHOWN_MOST ? [`… and ${faults.length - SHOWN_MOST} more`] : []
  const lines = [...faults.slice(0, SHOWN_MOST), ...more].map(
    (fault) => `         ${fault.replaceAll('\n', '\n         ')}`,
  )
  process.stdout.write(`${[`${name.padEnd(9)}${time}  ${verdict}`, ...lines].join('\n')}\n`)
  return faults.length === 0
}

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !(name in CHECKS))
if (unknown.length > 0) {
  process.stderr.write(
    `pnpm check: no check is called ${unknown.join(', ')}; there are ${Object.keys(CHECKS).join(', ')}\n`,
  )
  process.exit(1)
}
let good = true
for (const name of wanted.length > 0 ? wanted : Object.keys(CHECKS)) good = (await report(name)) && good
process.exitCode = good ? 0 : 1
