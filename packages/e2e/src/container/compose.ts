import { readFileSync } from 'node:fs'
import { parse } from 'yaml'

/** The parts of a compose file that are looked at here. */
export interface ComposeService {
  readonly image?: string
  readonly build?: { readonly context: string; readonly dockerfile: string }
  readonly environment?: Readonly<Record<string, string>>
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
  readonly healthcheck?: object
  readonly ports?: readonly string[]
  readonly volumes?: readonly string[]
}

export interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>
}

/** A compose file with its merge keys resolved and its variables still in it. */
export function readCompose(path: string): ComposeFile {
  return parse(readFileSync(path, 'utf8'), { merge: true }) as ComposeFile
}

/** The same file with every `${NAME:-default}`, `${NAME:?message}`, `${NAME}` and `$$` filled in. */
export function interpolate<T>(document: T, env: Readonly<Record<string, string | undefined>>): T {
  if (typeof document === 'string') return fillIn(document, env) as T
  if (Array.isArray(document)) return document.map((one) => interpolate(one, env)) as T
  if (typeof document !== 'object' || document === null) return document
  return Object.fromEntries(
    Object.entries(document).map(([name, value]) => [name, interpolate(value, env)]),
  ) as T
}

/** The names of variables that must be set: `${NAME:?…}`. */
export function requiredVariables(document: unknown): Set<string> {
  return new Set([...JSON.stringify(document).matchAll(/\$\{(\w+):?\?/g)].map((match) => match[1] as string))
}

function fillIn(text: string, env: Readonly<Record<string, string | undefined>>): string {
  return text.replace(
    /\$(?:\$|\{(\w+)(?:(:?[-?])([^}]*))?\}|(\w+))/g,
    (all, name, operator, rest = '', bare) => {
      if (all === '$$') return '$'
      const value = env[name ?? bare]
      const absent = value === undefined || (operator?.startsWith(':') && value === '')
      if (!absent) return value
      if (operator?.endsWith('?')) throw new Error(`${name} is not set: ${rest}`)
      return operator?.endsWith('-') ? rest : ''
    },
  )
}
