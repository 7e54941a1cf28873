import { randomBytes } from 'node:crypto'
import { chownSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { freePort } from './free-port.ts'
import { claimFolder, FolderInUse } from './postgres-owner.ts'
import { findPlace, type Place } from './postgres-place.ts'
import {
  forgetDeadServer,
  initCluster,
  lastLine,
  livingServer,
  type Server,
  spawnServer,
  stopProcess,
  stopServer,
} from './postgres-process.ts'

export { claimFolder, FolderInUse }

export interface PostgresOptions {
  /** Holds the cluster, its password (0600) and its log; created when absent. */
  readonly dataDir: string
  /** A free one by default. */
  readonly port?: number
  /** False only where losing everything is fine, as in tests: no write is then forced to disk. */
  readonly durable?: boolean
  /** Hears where things were put when `dataDir` itself would not do. */
  readonly log?: (line: string) => void
  /** Where programs and data go when root's own folders are closed to the server's user. */
  readonly elsewhere?: string
}

export interface Postgres {
  /** Administrator's URL, password included, of the database `postgres`. */
  readonly url: string
  readonly port: number
  /** Where the data really lies. */
  readonly folder: string
  /** Fulfilled with the last words of the server when it ends without `stop`. */
  readonly died: Promise<string>
  stop(): Promise<void>
}

const USER = 'stockgate'
const OPTIONS = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'max_connections=200',
  'timezone=UTC',
  'log_timezone=UTC',
]
const NOT_DURABLE = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off']
const LOG_LARGEST = 10 * 1024 * 1024

/**
 * Starts the packaged PostgreSQL on 127.0.0.1 over a data folder of ours. A server that a killed process left
 * running over the same folder is stopped first; a folder whose owner lives is refused with FolderInUse.
 */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  if (process.platform === 'win32')
    throw new Error('the packaged PostgreSQL is not used on Windows: give the URL of a server instead')
  const log = options.log ?? (() => {})
  const durable = options.durable ?? true
  const place = findPlace(options.dataDir, options.elsewhere ?? '/var/lib/stockgate', log)
  const claim = claimFolder(place.folder)
  try {
    const cluster = join(place.folder, 'cluster')
    const left = livingServer(cluster)
    if (left !== undefined) {
      log(`stopping PostgreSQL ${left}, left running by a process that is gone`)
      await stopProcess(left)
    }
    forgetDeadServer(cluster)
    dropLongLog(place)
    const password = keepPassword(place)
    initCluster(place, cluster, USER, join(place.folder, 'password'), durable)
    const { server, port, url } = await launch(place, cluster, options.port, durable, password)

    let stopping: Promise<void> | undefined
    const stop = () => {
      stopping ??= stopServer(server).then(() => claim.release())
      return stopping
    }
    const died = server.exited.then(() => {
      if (stopping) return new Promise<never>(() => {})
      claim.release()
      return lastLine(server.said()) ?? 'it left no word'
    })
    return { url, port, folder: place.folder, died, stop }
  } catch (error) {
    claim.release()
    throw error
  }
}

/** Creates the database unless it is there, and gives its URL. */
export async function createDatabase(adminUrl: string, name: string): Promise<string> {
  const client = new pg.Client({ connectionString: adminUrl })
  await client.connect()
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name])
    if (!rowCount) await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`)
  } catch (error) {
    // Somebody else created it between the two statements.
    if (!['42P04', '23505'].includes((error as { code?: string }).code ?? '')) throw error
  } finally {
    await client.end()
  }
  const url = new URL(adminUrl)
  url.pathname = `/${encodeURIComponent(name)}`
  return url.href
}

async function launch(
  place: Place,
  cluster: string,
  wanted: number | undefined,
  durable: boolean,
  password: string,
): Promise<{ server: Server; port: number; url: string }> {
  const settings = durable ? OPTIONS : [...OPTIONS, ...NOT_DURABLE]
  for (let attempt = 1; ; attempt++) {
    const port = wanted ?? (await freePort())
    const url = `postgres://${USER}:${password}@127.0.0.1:${port}/postgres`
    const server = spawnServer(place, cluster, port, settings)
    if (await answers(server, url, place.folder)) return { server, port, url }
    const said = server.said()
    // A free port may be taken in between, and backends of a killed server need a moment to notice.
    const passing = wanted === undefined ? /in use|still in use/ : /shared memory block .* still in use/
    if (attempt < 10 && passing.test(said)) await delay(200)
    else throw new Error(`PostgreSQL on port ${port} did not start: ${lastLine(said) ?? 'it left no word'}`)
  }
}

/** True once a query is answered, false when the process ended first. Recovery after a crash may take its time. */
async function answers(server: Server, url: string, folder: string): Promise<boolean> {
  let ended = false
  server.exited.then(() => {
    ended = true
  })
  for (const deadline = Date.now() + 120_000; !ended; ) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
    try {
      await client.connect()
      await client.query('SELECT 1')
      // Another server may hold the port: ours says so by ending.
      if (!ended) return true
    } catch (error) {
      await Promise.race([delay(25), server.exited])
      const refused = (error as { code?: string }).code === '28P01'
      if (refused) await Promise.race([delay(500), server.exited])
      if (!ended && (refused || Date.now() > deadline)) {
        await stopServer(server)
        if (refused) throw new Error(`the password in ${folder}/password is not the one of its cluster`)
        throw error
      }
    } finally {
      await client.end().catch(() => {})
    }
  }
  return false
}

function keepPassword(place: Place): string {
  const file = join(place.folder, 'password')
  if (!existsSync(file)) {
    writeFileSync(file, randomBytes(24).toString('base64url'), { mode: 0o600 })
    if (place.runAs) chownSync(file, place.runAs.uid, place.runAs.gid)
  }
  return readFileSync(file, 'utf8').trim()
}

function dropLongLog(place: Place): void {
  const file = join(place.folder, 'server.log')
  if (existsSync(file) && statSync(file).size > LOG_LARGEST) rmSync(file)
}
