import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type SettingTable, settingsMarkdown } from '@stockgate/settings'
import { repositoryFiles } from './repository-files.ts'

/** Whatever has a table of settings in code shows that very table in the README beside it. */
export async function checkSettingsTables(root: string): Promise<string[]> {
  const sources = repositoryFiles(root).filter((path) =>
    /^(gateway|services\/[^/]+)\/src\/settings\.ts$/.test(path),
  )
  const faults = await Promise.all(sources.map((path) => tableFault(root, path)))
  return faults.filter((fault) => fault !== undefined)
}

async function tableFault(root: string, source: string): Promise<string | undefined> {
  const page = source.replace('src/settings.ts', 'README.md')
  if (!existsSync(join(root, page))) return `${page} is missing: it shows the settings of ${source}`
  const shown = /<!-- settings -->\n(.*?)\n<!-- \/settings -->/s.exec(
    readFileSync(join(root, page), 'utf8'),
  )?.[1]
  if (shown === undefined) return `${page} has no <!-- settings --> … <!-- /settings -->`
  const module = (await import(pathToFileURL(join(root, source)).href)) as Record<string, unknown>
  const table = Object.values(module).find(isTable)
  if (!table) return `${source} exports no table of settings`
  const current = settingsMarkdown(table)
  return plain(shown) === plain(current) ? undefined : `${page} shows old settings; put this in:\n${current}`
}

function isTable(value: unknown): value is SettingTable {
  if (typeof value !== 'object' || value === null) return false
  const settings = Object.values(value)
  return (
    settings.length > 0 &&
    settings.every((one) => typeof one?.parse === 'function' && typeof one.help === 'string')
  )
}

/** The formatter aligns tables. */
function plain(table: string): string {
  return table.trim().replace(/ +/g, ' ').replace(/-{3,}/g, '---')
}
