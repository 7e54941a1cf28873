import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { openDatabase } from '@stockgate/service-kit'
import { createTestCaller, createTestDatabase, recordingUpstream } from '@stockgate/test-kit'
import type { Test } from 'tap'
import type { Tables } from '../../src/store/tables.ts'
import type { Json } from './orders-app.ts'
import { productsDouble } from './products-double.ts'

const MAIN = join(import.meta.dirname, '../../src/main.ts')

/** Runs main.ts with these settings alone; ends with the test. */
export function spawnOrders(t: Test, env: Record<string, string>): ChildProcess & { said: string[] } {
  const child = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env.PATH ?? '', ...env },
    // The channel ends the process when this one is gone, however it went.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const said: string[] = []
  for (const stream of [child.stdout, child.stderr])
    if (stream) createInterface({ input: stream }).on('line', (line) => said.push(line))
  t.teardown(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  })
  return Object.assign(child, { said })
}

/** The real process of the service, which can be killed and started again over the same database. */
export async function ordersProcess(t: Test, stock: Record<string, number>) {
  const products = await productsDouble(t, stock)
  const { url } = await createTestDatabase(t)
  const caller = await createTestCaller(t, 'orders')
  const issuer = await recordingUpstream(t, (_request, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ access_token: 'a.b.c', expires_in: 300 }))
  })
  const db = openDatabase<Tables>(new URL(url), { max: 2 })
  t.teardown(() => db.destroy())
  const port = await freePort()
  const base = `http://127.0.0.1:${port}`
  const env = {
    PORT: String(port),
    LOG_LEVEL: 'warn',
    DATABASE_URL: url,
    TRUSTED_ISSUERS: caller.trustedIssuers,
    PRODUCTS_URL: products.url.href,
    PRODUCTS_TIMEOUT_MS: '400',
    TOKEN_URL: `${issuer.url}/token`,
    CLIENT_SECRET: 'secret',
  }
  let child = spawnOrders(t, env)

  async function ready() {
    for (let look = 0; look < 1_200; look++) {
      if (child.exitCode !== null) throw new Error(`orders ended: ${child.said.join('\n')}`)
      const answer = await fetch(`${base}/readyz`).catch(() => undefined)
      if (answer?.ok) return
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    throw new Error('orders does not get ready')
  }

  async function end(signal: 'SIGKILL' | 'SIGTERM') {
    const gone = once(child, 'exit')
    child.kill(signal)
    const [code] = await gone
    return { code: code as number | null, said: child.said }
  }

  async function send(method: string, path: string, body?: object, headers: Record<string, string> = {}) {
    const scopes = ['orders:read', 'orders:write', 'orders:fulfill']
    const answer = await fetch(base + path, {
      method,
      headers: {
        ...(await caller.headers({ sub: '42', clientId: 'demo', scopes })),
        ...(body && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body && { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    return { status: answer.status, text, body: JSON.parse(text) as Json }
  }

  await ready()
  return {
    products,
    db,
    send,
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    async restart() {
      child = spawnOrders(t, env)
      await ready()
    },
  }
}

export type OrdersProcess = Awaited<ReturnType<typeof ordersProcess>>

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}
