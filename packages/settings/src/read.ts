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
    if (name in table || COMMON.has(name)) continue
    const near = Object.keys(table).find((known) => distance(name, known) <= (known.length < 6 ? 1 : 2))
    if (near && name.length > 3) throw new SettingError(name, `unknown setting; did you mean ${near}?`)
  }
}

/** Levenshtein distance, cut off early where the lengths alone exceed what is near. */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replace = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replace, (row[j] as number) + 1, (next[j - 1] as number) + 1))
    }
    row = next
  }
  return row[b.length] as number
}
