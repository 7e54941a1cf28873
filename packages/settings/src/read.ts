import { nearest } from './nearest.ts'
import { type Setting, SettingError } from './setting.ts'

/** All settings of one process, by environment variable. */
export type SettingTable = Readonly<Record<string, Setting<unknown>>>

export type SettingValues<T extends SettingTable> = {
  readonly [Name in keyof T]: T[Name] extends Setting<infer Value> ? Value : never
}

/**
 * Reads every setting of the table from `env`. Throws a SettingError on the first one that is missing, wrong,
 * or written nearly right: a misspelt setting would otherwise be ignored in silence.
 */
export function readSettings<T extends SettingTable>(
  table: T,
  env: Readonly<Record<string, string | undefined>>,
): SettingValues<T> {
  refuseMisspelt(table, env)
  const values: Record<string, unknown> = {}
  for (const [name, setting] of Object.entries(table)) {
    const given = env[name] ?? setting.fallback
    if (given === undefined) throw new SettingError(name, `is required: ${setting.help}`)
    try {
      values[name] = setting.parse(given)
    } catch (error) {
      throw new SettingError(name, error instanceof Error ? error.message : String(error))
    }
  }
  return Object.freeze(values) as SettingValues<T>
}

/** The table as Markdown: name, meaning, default. Settings without a default are marked required. */
export function settingsMarkdown(table: SettingTable): string {
  const rows = Object.entries(table).map(([name, setting]) => {
    const fallback = setting.fallbackHelp ?? (setting.fallback ? `\`${setting.fallback}\`` : undefined)
    const absent = fallback ?? (setting.fallback === undefined ? '**required**' : 'none')
    return `| \`${name}\` | ${setting.help.replaceAll('|', '\\|')} | ${absent} |`
  })
  return ['| setting | meaning | default |', '| --- | --- | --- |', ...rows].join('\n')
}

/** Variables every shell, npm and container sets, that merely look like ours. */
const COMMON = new Set(['HOME', 'HOSTNAME', 'HOSTTYPE', 'PATH', 'POSTGRES_URL'])

function refuseMisspelt(table: SettingTable, env: Readonly<Record<string, string | undefined>>): void {
  for (const name of Object.keys(env)) {
    if (name in table || COMMON.has(name) || !/^[A-Z][A-Z0-9_]{3,}$/.test(name)) continue
    const near = nearest(name, Object.keys(table))
    if (near) throw new SettingError(name, `unknown setting; did you mean ${near}?`)
  }
}
