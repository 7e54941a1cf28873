import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** The root of the repository: this file lies at packages/stack/src. */
export const ROOT = resolve(import.meta.dirname, '../../..')

/** The state folder: `STOCKGATE_HOME`, else `.stockgate` in the repository. */
export function stockgateHome(env: Readonly<Record<string, string | undefined>> = process.env): string {
  return env.STOCKGATE_HOME ? resolve(env.STOCKGATE_HOME) : join(ROOT, '.stockgate')
}

/** What a started stack tells other commands of the same machine. */
export interface Running {
  readonly pid: number
  readonly gateway: string
  readonly admin: string
}

/** Where a running stack writes what `readRunning` reads. */
export const RUNNING_FILE = 'running.json'

/** Secrets of the seeded clients by client id, written (0600) by the stack for the commands of this machine. */
export const CREDENTIALS_FILE = 'credentials.json'

/** What the stack of this state folder last wrote about itself, or undefined when none has run yet. */
export function readRunning(home: string): Running | undefined {
  return readJson<Running>(join(home, RUNNING_FILE))
}

/** The development secrets of this state folder, by client id. */
export function readCredentials(home: string): Readonly<Record<string, string>> {
  return readJson<Record<string, string>>(join(home, CREDENTIALS_FILE)) ?? {}
}

function readJson<T>(path: string): T | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T
  } catch {
    return undefined
  }
}
