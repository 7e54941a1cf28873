import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import t, { type Test } from 'tap'
import {
  createDatabase,
  FolderInUse,
  type Postgres,
  type PostgresOptions,
  startPostgres,
} from '../src/postgres.ts'

const MODULE = new URL('../src/postgres.ts', import.meta.url).href

// A dozen starts of a server.
t.setTimeout(180_000)

function folder(t: Test): string {
  const made = mkdtempSync(join(tmpdir(), 'stockgate-postgres-'))
  chmodSync(made, 0o755)
  t.teardown(() => rmSync(made, { recursive: true, force: true }))
  return made
}

async function start(t: Test, dataDir: string, options: Partial<PostgresOptions> = {}): Promise<Postgres> {
  const postgres = await startPostgres({ dataDir, durable: false, ...options })
  t.teardown(() => postgres.stop())
  return postgres
}

async function ask(url: string, sql: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query({ text: sql, rowMode: 'array' })
    return rows[0]?.[0]
  } finally {
    await client.end()
  }
}

/** A process that starts the server over `dataDir`, says its URL and stays. */
async function otherOwner(t: Test, dataDir: string) {
  const script = `const { startPostgres } = await import(process.argv[1])
    const { url } = await startPostgres({ dataDir: process.argv[2], durable: false })
    process.stdout.write(url); setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, MODULE, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.teardown(() => child.kill('SIGKILL'))
  const [url] = await once(child.stdout, 'data')
  return { child, url: String(url) }
}

t.test('what was written is there after stop and start', async (t) => {
  const dataDir = join(folder(t), 'deep', 'postgres')
  const first = await start(t, dataDir, { durable: true })
  t.equal(await ask(first.url, 'SHOW fsync'), 'on')
  t.equal(await ask(first.url, 'SHOW listen_addresses'), '127.0.0.1')
  await ask(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer')
  await first.stop()
  const second = await start(t, dataDir)
  t.equal(await ask(second.url, 'SELECT answer FROM kept'), 42)
  t.equal(await ask(second.url, 'SHOW fsync'), 'off')
})

t.test('the password is generated, kept for the owner alone, and needed', async (t) => {
  const dataDir = folder(t)
  const postgres = await start(t, dataDir)
  const { password, username } = new URL(postgres.url)
  t.match(password, /^[\w-]{32}$/)
  t.equal(readFileSync(join(postgres.folder, 'password'), 'utf8'), password)
  t.equal(statSync(join(postgres.folder, 'password')).mode & 0o777, 0o600)
  await t.rejects(ask(postgres.url.replace(password, 'guess'), 'SELECT 1'), { code: '28P01' })
  await t.rejects(ask(`postgres://${username}@127.0.0.1:${postgres.port}/postgres`, 'SELECT 1'))
})

t.test('a data folder whose owner lives is refused by name', async (t) => {
  const dataDir = folder(t)
  await start(t, dataDir)
  await t.rejects(startPostgres({ dataDir }), FolderInUse)
  const other = folder(t)
  const { child } = await otherOwner(t, other)
  await t.rejects(startPostgres({ dataDir: other }), {
    message: new RegExp(`${other} is in use by process ${child.pid};`),
  })
  child.kill('SIGKILL')
  await once(child, 'exit')
  await start(t, other)
})

t.test('a server that outlived its killed owner is stopped, and its data is there', async (t) => {
  const dataDir = folder(t)
  const { child, url } = await otherOwner(t, dataDir)
  await ask(url, 'CREATE TABLE kept AS SELECT 7 AS answer')
  child.kill('SIGKILL')
  await once(child, 'exit')
  t.equal(await ask(url, 'SELECT answer FROM kept'), 7, 'it did outlive its owner')
  const lines: string[] = []
  const postgres = await start(t, dataDir, { log: (line) => lines.push(line) })
  t.match(lines.at(-1), /^stopping PostgreSQL \d+, left running/)
  t.equal(await ask(postgres.url, 'SELECT answer FROM kept'), 7)
})

t.test('a killed server leaves a folder that starts again', async (t) => {
  const dataDir = folder(t)
  const first = await start(t, dataDir, { durable: true })
  await ask(first.url, 'CREATE TABLE kept AS SELECT 7 AS answer')
  const pidFile = join(first.folder, 'cluster', 'postmaster.pid')
  const pidText = readFileSync(pidFile, 'utf8')
  process.kill(Number.parseInt(pidText, 10), 'SIGKILL')
  t.type(await Promise.race([first.died, delay(10_000)]), 'string')
  // The number of the dead server now belongs to somebody else: ourselves.
  writeFileSync(pidFile, pidText.replace(/^\d+/, String(process.pid)))
  const second = await start(t, dataDir)
  t.equal(await ask(second.url, 'SELECT answer FROM kept'), 7)
})

t.test('a taken port and a wrong password are told, and leave nothing running', async (t) => {
  const first = await start(t, folder(t))
  const dataDir = folder(t)
  await t.rejects(startPostgres({ dataDir, port: first.port }), {
    message: new RegExp(`PostgreSQL on port ${first.port} did not start: `),
  })
  const second = await start(t, dataDir)
  await second.stop()
  writeFileSync(join(second.folder, 'password'), 'another')
  await t.rejects(startPostgres({ dataDir }), { message: /is not the one of its cluster/ })
  t.throws(() => readFileSync(join(second.folder, 'cluster', 'postmaster.pid')), { code: 'ENOENT' })
})

t.test('a folder closed to everybody else will do, or root keeps the data elsewhere', async (t) => {
  const closed = folder(t)
  const elsewhere = folder(t)
  chmodSync(closed, 0o700)
  const dataDir = join(closed, 'postgres')
  const lines: string[] = []
  const first = await start(t, dataDir, { elsewhere, log: (line) => lines.push(line) })
  if (process.getuid?.() !== 0) {
    t.equal(first.folder, dataDir, 'whoever is not root runs the server under the own name')
    return
  }
  t.ok(first.folder.startsWith(elsewhere))
  t.equal(lines.at(-1), `PostgreSQL's data lies in ${first.folder}: its user cannot enter ${dataDir}`)
  await ask(first.url, 'CREATE TABLE kept AS SELECT 7 AS answer')
  await t.rejects(startPostgres({ dataDir, elsewhere }), FolderInUse)
  await first.stop()

  const again = await start(t, dataDir, { elsewhere })
  t.equal(again.folder, first.folder)
  t.equal(await ask(again.url, 'SELECT answer FROM kept'), 7)
  await again.stop()

  rmSync(dataDir, { recursive: true })
  const afresh = await start(t, dataDir, { elsewhere })
  t.not(afresh.folder, first.folder, 'deleting the state folder means starting afresh')
  await afresh.stop()
  rmSync(afresh.folder, { recursive: true })
  await t.rejects(startPostgres({ dataDir, elsewhere }), { message: /which is gone; bring it back/ })
  t.notOk(existsSync(afresh.folder))
})

t.test('a database is created once, whatever its name', async (t) => {
  const { url } = await start(t, folder(t))
  const name = 'it\'s "odd" %'
  const [one, two] = await Promise.all([createDatabase(url, name), createDatabase(url, name)])
  t.equal(one, two)
  t.equal(await createDatabase(url, name), one)
  t.equal(await ask(one, 'SELECT current_database()'), name)
})
