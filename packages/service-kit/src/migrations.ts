import { promises as fs } from 'node:fs'
import path from 'node:path'
import { type Kysely, sql } from 'kysely'
import { FileMigrationProvider, Migrator } from 'kysely/migration'

/**
 * Brings the database to the newest migration in `folder` (files `0001-what.ts` with an `up` each); several processes
 * may start at once, one of them migrates. Throws the error of the migration that failed; earlier ones stay.
 */
export async function migrate<Tables>(db: Kysely<Tables>, folder: string): Promise<string[]> {
  const migrator = new Migrator({
    db,
    provider: new FileMigrationProvider({ fs, path, migrationFolder: folder }),
  })
  const { error, results } = await migrator.migrateToLatest()
  if (error) throw error
  return (results ?? []).map((result) => result.migrationName)
}

/** The tables of this kit; a service's first migration calls it. */
export async function createKitTables(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table idempotency_keys (
      owner text not null,
      key text not null,
      fingerprint text not null,
      subject text,
      status integer,
      headers jsonb,
      body text,
      created_at timestamptz not null default now(),
      primary key (owner, key)
    )`.execute(db)
  await sql`create index idempotency_keys_by_age on idempotency_keys (created_at)`.execute(db)
  await sql`create table kit_secrets (name text primary key, secret bytea not null)`.execute(db)
}

/** The tables of this kit as Kysely knows them; a service's own `Tables` extends it. */
export interface KitTables {
  idempotency_keys: {
    owner: string
    key: string
    fingerprint: string
    subject: string | null
    status: number | null
    headers: Record<string, string> | null
    body: string | null
    created_at: import('kysely').Generated<Date>
  }
  kit_secrets: { name: string; secret: Buffer }
}
