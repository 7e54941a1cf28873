import { setTimeout as delay } from 'node:timers/promises'
import { manualClock, startRedis } from '@stockgate/test-kit'
import t from 'tap'
import { type OperatedGateway, startOperated } from './operated.ts'

interface Top {
  readonly clients: { readonly client: string; readonly [member: string]: unknown }[]
  readonly refused_by: object[]
}

const topOf = async ({ operate }: OperatedGateway, query = '') =>
  (await operate(`/limits/top${query}`, { scopes: 'ops:read' })).json as unknown as Top

t.test('the last minute is told by calls, by refusals and by how near a limit was', async (t) => {
  const clock = manualClock()
  const gateway = await startOperated(t, { clock: clock.now })
  t.same(await topOf(gateway), { clients: [], refused_by: [] })
  for (let call = 0; call < 6; call++) await gateway.visit('big')
  for (let call = 0; call < 5; call++) await gateway.visit('acme')
  await gateway.visit('calm')
  clock.advance(20_000)
  t.same(await topOf(gateway), {
    clients: [
      {
        client: 'big',
        tier: 'partner',
        calls_per_second: 0.3,
        refused: 0,
        nearest: { limit: 'burst', used: 1 },
      },
      {
        client: 'acme',
        tier: 'standard',
        calls_per_second: 0.25,
        refused: 2,
        nearest: { limit: 'burst', used: 1 },
      },
      {
        client: 'calm',
        tier: 'standard',
        calls_per_second: 0.05,
        refused: 0,
        nearest: { limit: 'burst', used: 1 - 2 / 3 },
      },
    ],
    refused_by: [{ tier: 'standard', limit: 'burst', refused: 2 }],
  })
  const names = async (query: string) => (await topOf(gateway, query)).clients.map(({ client }) => client)
  t.same(await names('?by=refused'), ['acme', 'big', 'calm'])
  t.same(await names('?by=near&limit=2'), ['big', 'acme'])
  clock.advance(60_000)
  t.same(await topOf(gateway), { clients: [], refused_by: [] }, 'a minute later')
})

t.test('another order, and no whole number of clients, is refused', async (t) => {
  const { operate } = await startOperated(t)
  for (const query of ['by=tier', 'limit=0', 'limit=101', 'limit=1.5', 'client=acme'])
    t.equal((await operate(`/limits/top?${query}`)).status, 400, query)
  t.equal((await operate('/limits/top', { scopes: 'things:read' })).status, 403)
})

t.test('what clients do on other gateways adds up', async (t) => {
  const redis = await startRedis(t)
  const here = await startOperated(t, { redisUrl: redis.url })
  const there = await startOperated(t, { redisUrl: redis.url })
  for (const { visit } of [here, there]) for (let call = 0; call < 4; call++) await visit('acme')
  let top = await topOf(here)
  for (let look = 0; look < 500 && top.clients[0]?.refused !== 2; look++) {
    await delay(20)
    top = await topOf(here)
  }
  t.match(top, {
    clients: [{ client: 'acme', refused: 2, nearest: { limit: 'burst', used: 1 } }],
    refused_by: [{ tier: 'standard', limit: 'burst', refused: 2 }],
  })
})
