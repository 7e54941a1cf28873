import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { settingsMarkdown } from '@stockgate/settings'
import t from 'tap'
import { settingTable } from '../src/settings.ts'

t.test('the README shows the settings as they are', async (t) => {
  const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8')
  const shown = /<!-- settings -->\n(.*)\n<!-- \/settings -->/s.exec(readme)?.[1] ?? ''
  t.equal(plain(shown), plain(settingsMarkdown(settingTable)))
})

/** The formatter aligns tables. */
function plain(table: string): string {
  return table.replace(/ +/g, ' ').replace(/-{3,}/g, '---')
}
