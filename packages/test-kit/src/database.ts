import { randomBytes } from 'node:crypto'
import { createDatabase } from '@stockgate/stack/postgres'
import pg from 'pg'
import { leaseDatabaseServer } from './database-lease.ts'
import type { TestScope } from './scope.ts'

export interface TestDatabase {
  /** URL of the fresh database, password included; its user may do anything. */
  readonly url: string
  readonly name: string
}

/** Where the test runner says which server to use. */
export const SERVER_VARIABLE = 'STOCKGATE_TEST_DATABASE_URL'

let leased: Promise<string> | undefined

/**
 * A fresh database on a real PostgreSQL, dropped when the test ends. The server is the test runner's; a test file
 * run on its own shares one with others of this machine, which goes when nobody uses it.
 */
export async function createTestDatabase(t: TestScope): Promise<TestDatabase> {
  const server = process.env[SERVER_VARIABLE] ?? (await leasedServer())
  const name = `test_${randomBytes(8).toString('hex')}`
  const url = await createDatabase(server, name)
  t.teardown(() => drop(server, name))
  return { url, name }
}

function leasedServer(): Promise<string> {
  leased ??= leaseDatabaseServer().then(({ url }) => url)
  return leased
}

async function drop(server: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: server })
  await client.connect()
  try {
    await client.query(`DROP DATABASE IF EXISTS ${client.escapeIdentifier(name)} WITH (FORCE)`)
  } finally {
    await client.end()
  }
}
