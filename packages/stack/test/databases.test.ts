import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import t from 'tap'
import { openDatabases, proveServer } from '../src/databases.ts'
import { freePort } from '../src/free-port.ts'
import { startPostgres } from '../src/postgres.ts'
import { emptyHome } from './stack-process.ts'

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

t.test('on a server of the user’s own each service gets a database, once', async (t) => {
  const server = await startPostgres({ dataDir: join(emptyHome(t), 'server'), durable: false })
  t.teardown(() => server.stop())
  const options = {
    home: emptyHome(t),
    url: new URL(server.url),
    port: 0,
    services: ['orders', 'products'],
    say: () => {},
    failed: () => {},
  }
  await proveServer(options.url)
  const first = await openDatabases(options)
  t.match(first.urls, { orders: /\/stockgate_orders$/, products: /\/stockgate_products$/ })
  await query(first.urls.orders ?? '', 'CREATE TABLE kept AS SELECT 42 AS answer')
  await first.stop()

  const second = await openDatabases(options)
  t.same(second.urls, first.urls)
  t.same(await query(second.urls.orders ?? '', 'SELECT * FROM kept'), [{ answer: 42 }])
})

t.test('a user who may create nothing can use databases that are there', async (t) => {
  const server = await startPostgres({ dataDir: join(emptyHome(t), 'server'), durable: false })
  t.teardown(() => server.stop())
  await query(server.url, `CREATE ROLE humble LOGIN PASSWORD 'humble'`)
  await query(server.url, 'CREATE DATABASE stockgate_orders OWNER humble')
  const url = Object.assign(new URL(server.url), { username: 'humble', password: 'humble' })
  const options = { home: emptyHome(t), url, port: 0, say: () => {}, failed: () => {} }
  const { urls } = await openDatabases({ ...options, services: ['orders'] })
  t.same(await query(urls.orders ?? '', 'SELECT current_user AS me'), [{ me: 'humble' }])
})

t.test('the packaged server comes back on its port when it is killed', async (t) => {
  const home = emptyHome(t)
  const said: string[] = []
  const databases = await openDatabases({
    home,
    url: undefined,
    port: await freePort(),
    services: ['orders'],
    say: (line) => said.push(line),
    failed: (reason) => said.push(`failed: ${reason}`),
  })
  t.teardown(() => databases.stop())
  const url = databases.urls.orders ?? ''
  await query(url, 'CREATE TABLE kept AS SELECT 42 AS answer')
  process.kill(
    Number.parseInt(readFileSync(join(home, 'postgres/cluster/postmaster.pid'), 'utf8'), 10),
    'SIGKILL',
  )
  while (!said.includes('PostgreSQL is back')) await pause(20)
  t.same(await query(url, 'SELECT * FROM kept'), [{ answer: 42 }])
  await databases.stop()
  await t.rejects(query(url, 'SELECT 1'))
  t.notOk(said.some((line) => line.startsWith('failed')))
})
