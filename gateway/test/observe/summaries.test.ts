import t from 'tap'
import { mergeScores, readScore } from '../../src/observe/candidate-summary.ts'
import { bounded, inOrder, mergeTops, readTop } from '../../src/observe/top-summary.ts'

const client = (name: string, callsPerSecond: number, refused = 0, used: number | null = null) => ({
  client: name,
  tier: 'standard',
  callsPerSecond,
  refused,
  nearest: used === null ? null : { limit: 'burst', used },
})

t.test(
  'a heartbeat carries the first of each order and no more, however many clients there are',
  async (t) => {
    const clients = Array.from({ length: 4_000 }, (_, number) =>
      client(`c${number}`, number, number === 7 ? 9 : 0, number === 3 ? 0.9 : 0.1),
    )
    const refusedBy = Array.from({ length: 4_000 }, (_, n) => ({ tier: 't', limit: `l${n}`, refused: n }))
    const told = bounded({ clients, refusedBy })
    t.ok(told.clients.length <= 150, `${told.clients.length} clients`)
    t.ok(JSON.stringify(told).length < 40_000, `${JSON.stringify(told).length} characters`)
    for (const [by, name] of [
      ['calls', 'c3999'],
      ['near', 'c3'],
      ['refused', 'c7'],
    ] as const)
      t.equal(inOrder(told.clients, by, 1)[0]?.client, name, by)
  },
)

t.test('calls and refusals of several gateways add up, and the nearest is that of any', async (t) => {
  const merged = mergeTops([
    { clients: [client('a', 2, 1, 0.5)], refusedBy: [{ tier: 't', limit: 'burst', refused: 1 }] },
    { clients: [client('a', 3, 2, 0.8), client('b', 1)], refusedBy: [] },
    { clients: [client('a', 0, 0, null)], refusedBy: [{ tier: 't', limit: 'burst', refused: 4 }] },
  ])
  t.same(merged.clients, [client('a', 5, 3, 0.8), client('b', 1)])
  t.same(merged.refusedBy, [{ tier: 't', limit: 'burst', refused: 5 }])
})

t.test('what a gateway of another version tells counts for nothing', async (t) => {
  for (const bulletin of [undefined, null, 7, 'x', [], {}, { clients: 1 }, { constructor: 1 }]) {
    t.equal(readTop(bulletin), undefined, JSON.stringify(bulletin))
    for (const name of ['tighter', 'constructor', '__proto__'])
      t.equal(readScore(bulletin, name).calls, 0, `${name} of ${JSON.stringify(bulletin)}`)
  }
})

t.test('scores of several gateways add up by client and by limit', async (t) => {
  const row = (name: string, calls: number, wouldRefuse: number) => ({
    client: name,
    calls,
    wouldRefuse,
    liveRefused: 1,
  })
  const merged = mergeScores([
    { calls: 5, wouldRefuse: 2, refusedBy: { burst: 2 }, clients: [row('a', 5, 2)] },
    {
      calls: 4,
      wouldRefuse: 3,
      refusedBy: { burst: 1, daily: 2 },
      clients: [row('b', 3, 3), row('a', 1, 0)],
    },
  ])
  t.same(merged, {
    calls: 9,
    wouldRefuse: 5,
    refusedBy: { burst: 3, daily: 2 },
    clients: [row('b', 3, 3), { ...row('a', 6, 2), liveRefused: 2 }],
  })
})
