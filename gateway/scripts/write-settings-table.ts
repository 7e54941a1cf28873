// Writes the table of settings into gateway/README.md, between its markers: node gateway/scripts/write-settings-table.ts
import { readFileSync, writeFileSync } from 'node:fs'
import { settingsMarkdown } from '@stockgate/settings'
import { settingTable } from '../src/settings.ts'

const README = new URL('../README.md', import.meta.url)
const BEGIN = '<!-- settings -->'
const END = '<!-- /settings -->'

/** The page with the present table between its markers. */
export function withSettingsTable(page: string): string {
  const [before, rest] = page.split(BEGIN)
  const after = rest?.split(END)[1]
  if (before === undefined || after === undefined)
    throw new Error('the markers of the settings table are missing')
  return `${before}${BEGIN}\n${settingsMarkdown(settingTable)}\n${END}${after}`
}

if (import.meta.main) writeFileSync(README, withSettingsTable(readFileSync(README, 'utf8')))
