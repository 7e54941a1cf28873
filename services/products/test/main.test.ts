import { createTestCaller, createTestDatabase } from '@stockgate/test-kit'
import t from 'tap'
import { startProcess } from './kit/process.ts'

t.test('two processes start on one empty database, serve, and stop when asked', async (t) => {
  const { url } = await createTestDatabase(t)
  const caller = await createTestCaller(t, 'products')
  const env = { DATABASE_URL: url, PORT: '0', TRUSTED_ISSUERS: caller.trustedIssuers }
  const processes = [startProcess(t, env), startProcess(t, env)]
  const [one, other] = (await Promise.all(processes.map(({ listening }) => listening))) as [string, string]
  const headers = { ...(await caller.headers({ scopes: ['products:read', 'products:write'] })) }
  t.equal((await fetch(`${one}/readyz`)).status, 200)
  const made = await fetch(`${one}/products`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json', 'idempotency-key': 'k' },
    body: '{"sku":"A","name":"A"}',
  })
  t.equal(made.status, 201)
  const { next } = (await (await fetch(`${one}/products?limit=1`, { headers })).json()) as { next?: string }
  t.equal(next, undefined)
  t.equal((await fetch(`${other}${made.headers.get('location')}`, { headers })).status, 200)
  for (const { child, exit } of processes) {
    child.kill('SIGTERM')
    t.same(await exit, { code: 0, errors: '' })
  }
})

t.test('an overdue hold is ended within seconds without anybody asking', async (t) => {
  const { url } = await createTestDatabase(t)
  const caller = await createTestCaller(t, 'products')
  const { listening } = startProcess(t, {
    DATABASE_URL: url,
    PORT: '0',
    TRUSTED_ISSUERS: caller.trustedIssuers,
  })
  const base = await listening
  const scopes = ['products:write', 'locations:write', 'stock:read', 'stock:write', 'reservations:write']
  const { authorization } = await caller.headers({ scopes })
  const send = async (method: string, path: string, body: object) => {
    const headers = { authorization, 'content-type': 'application/json', 'idempotency-key': path }
    return (
      await fetch(`${base}${path}`, { method, headers, body: JSON.stringify(body) })
    ).json() as Promise<{ id: string }>
  }
  const { id } = await send('POST', '/products', { sku: 'A', name: 'A' })
  const { id: location_id } = await send('POST', '/locations', { code: 'M', name: 'M', type: 'BIN' })
  await send('POST', '/stock-movements', { type: 'RECEIPT', lines: [{ sku: 'A', location_id, delta: 5 }] })
  const lines = [{ line_id: '1', sku: 'A', quantity: 5 }]
  const reference = { type: 'ORDER', id: 'o' }
  await send('PUT', '/reservations/rsv_1', { reference, expires_in: 'PT1S', lines })
  const reserved = async () => {
    const answer = await fetch(`${base}/products/${id}/stock`, { headers: { authorization } })
    return ((await answer.json()) as { reserved: number }).reserved
  }
  t.equal(await reserved(), 5)
  const deadline = Date.now() + 20_000
  while ((await reserved()) > 0 && Date.now() < deadline) await new Promise((done) => setTimeout(done, 100))
  t.equal(await reserved(), 0)
})
