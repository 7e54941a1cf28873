import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
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

const RUNNING_FILE = 'running.json'
const CREDENTIALS_FILE = 'credentials.json'

/** What the stack that runs from this state folder wrote about itself; it stays when that one was killed. */
export function readRunning(home: string): Running | undefined {
  return readJson<Running>(join(home, RUNNING_FILE))
}

/** Says where the stack is, or with undefined that it is no more. */
export function writeRunning(home: string, running: Running | undefined): void {
  const path = join(home, RUNNING_FILE)
  if (running) writePrivate(path, running)
  else rmSync(path, { force: true })
}

/** The development secrets of this state folder, by client id. */
export function readCredentials(home: string): Readonly<Record<string, string>> {
  return readJson<Record<string, string>>(join(home, CREDENTIALS_FILE)) ?? {}
}

/** Keeps the secrets of the seeded clients for the commands of this machine. */
export function writeCredentials(home: string, secrets: Readonly<Record<string, string>>): void {
  writePrivate(join(home, CREDENTIALS_FILE), secrets)
}

/** The document of a file, or undefined when there is none or a broken one. */
export function readJson<T>(path: string): T | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T
  } catch {
    return undefined
  }
}

/** Writes a document whole or not at all, readable by this user only. */
export function writePrivate(path: string, document: unknown): void {
  mkdirSync(join(path, '..'), { recursive: true })
  const draft = `${path}.${process.pid}`
  writeFileSync(draft, `${JSON.stringify(document, null, 2)}\n`, { mode: 0o600 })
  renameSync(draft, path)
}
