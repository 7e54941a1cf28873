import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { chmod } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import t from 'tap'
import { type DatabaseLease, leaseDatabaseServer } from '../src/database-lease.ts'
import { createTestDatabase } from '../src/index.ts'

const run = promisify(execFile)

async function ask(url: string, sql: string): Promise<unknown[][]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query({ text: sql, rowMode: 'array' })).rows
  } finally {
    await client.end()
  }
}

t.test('each database is fresh, and gone after its test even with connections open', async (t) => {
  const names: string[] = []
  let url = ''
  await t.test('a test', async (t) => {
    const [one, two] = await Promise.all([createTestDatabase(t), createTestDatabase(t)])
    names.push(one.name, two.name)
    url = one.url
    await ask(one.url, 'CREATE TABLE mine (id int)')
    await t.rejects(ask(two.url, 'SELECT * FROM mine'), { code: '42P01' })
    const forgotten = new pg.Client({ connectionString: one.url })
    forgotten.on('error', () => {})
    await forgotten.connect()
  })
  const another = await createTestDatabase(t)
  const rows = await ask(another.url, 'SELECT datname FROM pg_database')
  const left = rows.flat()
  t.notOk(names.some((name) => left.includes(name)))
  await t.rejects(ask(url, 'SELECT 1'), { code: '3D000' })
})

t.test('a server is shared while anybody holds it, and gone when the last one lets go', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'stockgate-lease-'))
  await chmod(folder, 0o711)
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const leases = await Promise.all([1, 2, 3].map(() => leaseDatabaseServer(folder)))
  const [first, second, third] = leases as [DatabaseLease, DatabaseLease, DatabaseLease]
  t.equal(new Set(leases.map(({ url }) => url)).size, 1)
  const pid = Number.parseInt(readFileSync(join(folder, 'postgres', 'cluster', 'postmaster.pid'), 'utf8'), 10)
  await Promise.all([first.release(), second.release()])
  t.same(await ask(third.url, 'SELECT 1'), [[1]])
  await third.release()
  t.throws(() => process.kill(pid, 0), { code: 'ESRCH' })
  t.notOk(existsSync(join(folder, 'postgres')))
})

t.test('a process that holds a lease ends at once, and a killed one gives its lease back', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'stockgate-lease-'))
  await chmod(folder, 0o711)
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const lease = await leaseDatabaseServer(folder)
  const module = new URL('../src/database-lease.ts', import.meta.url).href
  const script = (then: string) => [
    '--input-type=module',
    '-e',
    `const { leaseDatabaseServer } = await import('${module}')
     const { url } = await leaseDatabaseServer('${folder}'); process.stdout.write(url); ${then}`,
  ]
  const { stdout } = await run(process.execPath, script(''), { timeout: 20_000 })
  t.equal(stdout, lease.url)
  const killed = run(process.execPath, script("process.kill(process.pid, 'SIGKILL')"))
  t.equal(await killed.catch(({ signal }) => signal), 'SIGKILL')
  await lease.release()
  t.notOk(existsSync(join(folder, 'postgres')), 'ours was the last one')
})
