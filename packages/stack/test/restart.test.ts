import { randomUUID } from 'node:crypto'
import t from 'tap'
import { emptyHome, processesOf, startStack, token } from './stack-process.ts'

t.setTimeout(180_000)

t.test('a second start over the same folder finds everything as it was', async (t) => {
  const home = emptyHome(t)
  const first = startStack(t, home)
  const firstGateway = await first.ready
  const sku = `SKU-${Date.now()}`
  const created = await fetch(`${firstGateway}/products`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await token(firstGateway, 'manager')}`,
      'content-type': 'application/json',
      'idempotency-key': randomUUID(),
    },
    body: JSON.stringify({ sku, name: 'Kept over a restart' }),
  })
  t.equal(created.status, 201)
  const keys = await (await fetch(`${firstGateway}/identity/jwks`)).json()
  first.signal('SIGTERM')
  t.equal(await first.exited, 0)

  const second = startStack(t, home, { PORT: new URL(firstGateway).port })
  const gateway = await second.ready
  t.equal(gateway, firstGateway)
  t.same(await (await fetch(`${gateway}/identity/jwks`)).json(), keys, 'tokens of before stay good')
  const found = await fetch(`${gateway}/products?sku=${sku}`, {
    headers: { authorization: `Bearer ${await token(gateway, 'demo')}` },
  })
  t.match(await found.json(), { items: [{ sku }] })

  second.signal('SIGINT')
  second.signal('SIGINT')
  t.equal(await second.exited, 0, 'a second Ctrl-C ends it quickly')
  t.same(processesOf(home), [], 'with nothing left as well')
})
