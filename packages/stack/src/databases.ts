import { join } from 'node:path'
import { SettingError } from '@stockgate/settings'
import pg from 'pg'
import { createDatabase, type Postgres, startPostgres } from './postgres.ts'

export interface DatabaseOptions {
  readonly home: string
  /** A server of the user's own; undefined starts the packaged one. */
  readonly url: URL | undefined
  /** Port of the packaged one. */
  readonly port: number
  /** Services that want a database; it is called `stockgate_<service>`. */
  readonly services: readonly string[]
  readonly say: (line: string) => void
  /** Hears that the packaged server ended and could not be started again. */
  readonly failed: (reason: string) => void
}

export interface Databases {
  /** URL of each service's database. */
  readonly urls: Readonly<Record<string, string>>
  stop(): Promise<void>
}

/** A server with one database per service. Throws a SettingError when there is none to be had. */
export async function openDatabases(options: DatabaseOptions): Promise<Databases> {
  if (options.url) {
    await proveServer(options.url)
    return { urls: await databasesOn(options.url.href, options.services), stop: async () => {} }
  }
  const keeper = await keepServer(options)
  try {
    return { urls: await databasesOn(keeper.url, options.services), stop: keeper.stop }
  } catch (error) {
    await keeper.stop()
    throw error
  }
}

/** Rejects unless a query on the given server succeeds. Its address is shown, its user and password are not. */
export async function proveServer(url: URL): Promise<void> {
  const client = new pg.Client({ connectionString: url.href, connectionTimeoutMillis: 5_000 })
  // A server that ends later is noticed by those who use it.
  client.on('error', () => {})
  try {
    await client.connect()
    await client.query('SELECT 1')
  } catch (error) {
    throw new SettingError(
      'DATABASE_URL',
      `no use of PostgreSQL at ${url.host} (${reasonOf(error)}); mend that, or unset DATABASE_URL to use the packaged one`,
    )
  } finally {
    await client.end().catch(() => {})
  }
}

async function databasesOn(server: string, services: readonly string[]): Promise<Record<string, string>> {
  const urls: Record<string, string> = {}
  for (const service of services) {
    const name = `stockgate_${service}`
    try {
      urls[service] = await createDatabase(server, name)
    } catch (error) {
      throw new SettingError(
        'DATABASE_URL',
        `cannot create the database ${name} (${reasonOf(error)}); create it yourself`,
      )
    }
  }
  return urls
}

/** The packaged server, started again on the same port should it end. */
async function keepServer(options: DatabaseOptions): Promise<{ url: string; stop(): Promise<void> }> {
  let stopping = false
  const start = () =>
    startPostgres({ dataDir: join(options.home, 'postgres'), port: options.port, log: options.say })
  const watch = (server: Postgres): void => {
    server.died.then(async (words) => {
      if (stopping) return
      options.say(`PostgreSQL ended (${words}); starting it again`)
      try {
        current = await start()
        if (stopping) return current.stop()
        watch(current)
        options.say('PostgreSQL is back')
      } catch (error) {
        options.failed(`PostgreSQL did not start again: ${reasonOf(error)}`)
      }
    })
  }
  let current: Postgres
  try {
    current = await start()
  } catch (error) {
    throw new SettingError(
      'DATABASE_URL',
      `the packaged PostgreSQL did not start (${reasonOf(error)}); mend that, or give the URL of your own server`,
    )
  }
  watch(current)
  return {
    url: current.url,
    stop: () => {
      stopping = true
      return current.stop()
    },
  }
}

function reasonOf(error: unknown): string {
  // A refused connection to several addresses comes as a list without words of its own.
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0])
  return error instanceof Error ? error.message || error.name : String(error)
}
