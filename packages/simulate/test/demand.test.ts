import t from 'tap'
import { smallestQuotas } from '../src/demand/smallest-quota.ts'
import { Spool } from '../src/demand/spool.ts'
import { combined, file, own, policy, simulate } from './kit.ts'

t.test('the search finds the smallest quota for each number of refusals, however far it lies', (t) => {
  for (const need of [1, 2, 3, 31, 32, 33, 1_000, 65_536, 999_999]) {
    const ask = (quotas: readonly number[]) => quotas.map((quota) => Math.max(need - quota, 0))
    const { quotas, passes } = smallestQuotas(ask, [0, 10], { highest: 1_000_000 })
    t.strictSame(quotas, [need, Math.max(need - 10, 1)])
    t.ok(passes <= 6, `${passes} passes for ${need}`)
  }
  t.strictSame(smallestQuotas(() => [1, 1, 1, 1], [0], { highest: 8 }).quotas, [null])
  t.end()
})

t.test('a tape plays back what was put on it, beyond what fits into memory, as often as asked', (t) => {
  const spool = new Spool()
  t.teardown(() => spool.close())
  const tapes = [spool.tape(), spool.tape()] as const
  for (let index = 0; index < 10_000; index++) tapes[index % 2]?.add(1e15 + index, index, -index)
  for (const round of [1, 2]) {
    let expected = 1
    let wrong = 0
    tapes[1].play((time, counter, amount) => {
      if (time !== 1e15 + expected || counter !== expected || amount !== -expected) wrong++
      expected += 2
    })
    t.equal(wrong, 0, `round ${round}`)
    t.equal(expected, 10_001)
  }
  t.end()
})

/** Traffic of a few clients with pauses and bursts, without pattern. */
function noise(count: number): string[] {
  let seed = 11
  const random = (below: number) => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed % below
  }
  let ms = 0
  return Array.from({ length: count }, () => {
    ms += random(3) === 0 ? random(4_000) : random(3)
    const client = `client-${random(3)}`
    const total = { cost: 1 + random(4), total_ms: random(900) }
    return own(ms, { client, owner: `client:${client}`, ...total })
  })
}

for (const [kind, limit] of Object.entries({
  rate: { window: 7 },
  'rate of a user': { window: 3, per: 'user' },
  calendar: { period: 'day', timeZone: 'Asia/Tokyo' },
  concurrency: {},
})) {
  t.test(`the quota suggested for a limit of kind ${kind} is exact by the engine itself`, async (t) => {
    const path = file(t, noise(1_500).join(''))
    const limits = (quota: number) =>
      policy(
        {},
        {
          tiers: {
            standard: {
              limits: { it: kind === 'concurrency' ? { concurrent: quota } : { ...limit, quota } },
            },
            anonymous: { limits: { burst: { quota: 1, window: 1 } } },
          },
        },
      )
    const { report } = await simulate([path], limits(5))
    const { quotaForNobody, quotaForOnePercent } = report.limits.find(({ after }) => after !== null) ?? {}
    const refused = async (quota: number) => (await simulate([path], limits(quota))).replayed.refusedAfter
    t.ok(quotaForNobody && quotaForNobody > 5, `${quotaForNobody} for nobody`)
    t.equal(await refused(quotaForNobody as number), 0)
    t.ok((await refused((quotaForNobody as number) - 1)) > 0)
    t.ok((await refused(quotaForOnePercent as number)) <= 15)
    t.ok((await refused((quotaForOnePercent as number) - 1)) > 15)
  })
}

t.test('a cost that is given back at once needs room, but takes none', async (t) => {
  const lines = [0, 0, 0, 0].map((second) => combined(second, 'host', { status: 503 }))
  const { report } = await simulate([file(t, lines.join(''))], policy({ it: { quota: 9, window: 60 } }))
  t.equal(report.limits.find(({ limit }) => limit === 'it')?.quotaForNobody, 1)
})
