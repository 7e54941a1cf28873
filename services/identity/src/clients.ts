import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { SettingError } from '@stockgate/settings'
import { readClientList, readSecrets } from './client-files.ts'
import { isDevelopment, type Settings } from './settings.ts'

/** A client as registered here: what it is called, what it may ask for. */
export interface Client {
  readonly id: string
  readonly secret: string
  /** `sub` of its tokens by client credentials. */
  readonly subject: string
  /** The most its tokens can carry, and what they carry when it names no scope. */
  readonly scopes: readonly string[]
  /** Audiences it may ask for by `resource`, besides the API itself. */
  readonly audiences: readonly string[]
  /** Where a browser may be sent back to after sign-in; none means client credentials only. */
  readonly redirectUris: readonly string[]
}

type ClientSettings = Pick<Settings, 'HOST' | 'ISSUER' | 'CLIENTS' | 'CLIENT_SECRETS'>

const FOLDER = join(import.meta.dirname, '..')
const DEVELOPMENT_SECRETS = join(FOLDER, 'development-secrets.json')

/**
 * The clients that have a secret; those without one do not exist. Throws a SettingError when a file is missing or
 * wrong, or when a secret everybody knows would be used where others than this machine can reach the service.
 */
export function loadClients(settings: ClientSettings): Client[] {
  const listed = fromFile('CLIENTS', settings.CLIENTS ?? join(FOLDER, 'clients.json'), readClientList)
  const secrets = loadSecrets(settings, new Set(listed.map(({ id }) => id)))
  return listed.flatMap((client) => {
    const secret = secrets[client.id]
    return secret === undefined ? [] : [{ ...client, secret }]
  })
}

function loadSecrets(settings: ClientSettings, listed: ReadonlySet<string>): Record<string, string> {
  const known = fromFile('CLIENT_SECRETS', DEVELOPMENT_SECRETS, readSecrets)
  const given = givenSecrets(settings.CLIENT_SECRETS)
  for (const id of Object.keys(given ?? {}))
    if (!listed.has(id)) throw new SettingError('CLIENT_SECRETS', `there is no client "${id}" in CLIENTS`)

  if (isDevelopment(settings)) return { ...known, ...given }
  if (!given)
    throw new SettingError(
      'CLIENT_SECRETS',
      'is required unless HOST and ISSUER are loopback addresses; give {"<client id>":"<secret>"} or a file',
    )
  const public_ = new Set(Object.values(known))
  const weak = Object.keys(given).find((id) => public_.has(given[id] as string))
  if (weak !== undefined)
    throw new SettingError('CLIENT_SECRETS', `"${weak}" has a development secret that everybody knows`)
  return given
}

function givenSecrets(setting: string | undefined): Record<string, string> | undefined {
  if (setting === undefined) return undefined
  if (!setting.trimStart().startsWith('{')) return fromFile('CLIENT_SECRETS', setting, readSecrets)
  return readAs('CLIENT_SECRETS', 'the value', setting, readSecrets)
}

function fromFile<T>(name: string, path: string, read: (document: unknown) => T): T {
  let content: string
  try {
    content = readFileSync(path, 'utf8')
  } catch (error) {
    throw new SettingError(name, `cannot read ${path} (${(error as NodeJS.ErrnoException).code})`)
  }
  return readAs(name, path, content, read)
}

function readAs<T>(name: string, origin: string, content: string, read: (document: unknown) => T): T {
  let document: unknown
  try {
    document = JSON.parse(content)
  } catch {
    // The parser's message would quote the text, which may hold secrets.
    throw new SettingError(name, `${origin} is not a JSON document`)
  }
  try {
    return read(document)
  } catch (error) {
    throw new SettingError(name, `${origin}: ${(error as Error).message}`)
  }
}
