import { MemoryLimiter } from '@stockgate/rate-limit'
import { manualClock } from '@stockgate/test-kit'
import t from 'tap'
import { call } from '../kit/call.ts'
import { until } from '../kit/gateway.ts'
import { readExposition } from '../observe/exposition.ts'
import { LIMITS, type OperatedGateway, startOperated } from './operated.ts'

async function scrape({ adminUrl }: OperatedGateway) {
  const answer = await call(adminUrl, '/metrics')
  if (answer.status !== 200) throw new Error(`${answer.status}: ${answer.text}`)
  const series = readExposition(answer.text)
  /** The value of the one series with these labels. */
  const value = (name: string, labels: Record<string, string> = {}) =>
    series.find(
      (one) =>
        one.name === `stockgate_${name}` &&
        Object.entries(labels).every(([label, text]) => one.labels[label] === text),
    )?.value
  return { headers: answer.headers, text: answer.text, series, value }
}

t.test(
  'calls, near and refused are told for each limit, without a token, as Prometheus reads it',
  async (t) => {
    const gateway = await startOperated(t, { clock: manualClock().now })
    await gateway.visits('acme')
    await gateway.visit('big')
    const { headers, value } = await scrape(gateway)
    t.equal(headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8')
    const standard = { tier: 'standard', limit: 'burst' }
    t.equal(value('limit_calls_total', standard), 4)
    t.equal(value('limit_near_total', standard), 1, 'the third of three')
    t.equal(value('limit_refused_total', standard), 1)
    const partner = { tier: 'partner', limit: 'burst' }
    t.equal(value('limit_calls_total', partner), 1)
    t.equal(value('limit_near_total', partner), 0)
    t.equal(value('decisions_total', { decided_by: 'memory', outcome: 'admitted' }), 4)
    t.equal(value('decisions_total', { decided_by: 'memory', outcome: 'refused' }), 1)
    t.equal(value('candidate_calls_total', { candidate: 'tighter' }), 4)
    t.equal(value('candidate_would_refuse_total', { candidate: 'tighter' }), 3)
    t.equal(value('candidate_limit_would_refuse_total', { candidate: 'tighter', limit: 'burst' }), 3)
    t.equal(value('policy_revision'), 1)
    t.equal(value('policy_synced'), 1)
    t.equal(value('policy_revisions_refused_total'), 0)
    t.equal(value('gateways'), 1)
  },
)

t.test('names and help follow the conventions, and the process tells of itself', async (t) => {
  const { text, series } = await scrape(await startOperated(t))
  for (const [, name, type] of text.matchAll(/^# TYPE (stockgate_\S+) (\S+)$/gm)) {
    t.match(name, /^stockgate_[a-z]+(?:_[a-z]+)*$/)
    t.equal(/_total$/.test(name as string), type === 'counter', `${name}`)
  }
  const names = new Set(series.map(({ name }) => name))
  for (const name of ['process_resident_memory_bytes', 'nodejs_eventloop_lag_p99_seconds'])
    t.ok(names.has(name), name)
})

t.test('ten thousand clients add no series, and no client is named', async (t) => {
  const gateway = await startOperated(t)
  await gateway.visit('acme')
  await call(gateway.url, '/open')
  await gateway.visits('somebody')
  // How the process is doing has series of its own, which come and go with sockets and garbage.
  const ours = ({ name }: { readonly name: string }) => name.startsWith('stockgate_')
  const before = (await scrape(gateway)).series.filter(ours)
  const limiter = new MemoryLimiter()
  t.teardown(() => limiter.close())
  const { planner } = gateway.policy.current()
  for (let number = 0; number < 10_000; number++) {
    const clientId = number % 2 === 0 ? `many-${number}` : null
    const address = `198.51.${number >> 8}.${number & 255}`
    const route = { service: 'shop', limits: [] }
    const plan = planner.plan({ clientId, sub: clientId, address, claims: {} }, route, Date.now())
    const decision = limiter.decide({ owner: plan.owner, groups: plan.groups, cost: 2 })
    gateway.observer.onDecision(plan, decision, clientId, Date.now())
  }
  const after = await scrape(gateway)
  t.equal(after.value('limit_calls_total', { tier: 'standard' }), 5_005)
  t.equal(after.series.filter(ours).length, before.length)
  t.notMatch(after.text, /many-|198\.51|acme|somebody|\/things|\/open/)
})

t.test('what a tier admits at worst, and what a guardrail took back, is told', async (t) => {
  const open = { ...LIMITS.tiers.partner, onStoreFailure: 'open' }
  const tighter = {
    ...LIMITS.candidates.tighter,
    guardrail: { protect: [], maxRefused: 0, minCalls: 2 },
    rollout: { percent: 100 },
  }
  const limits = { ...LIMITS, tiers: { ...LIMITS.tiers, partner: open }, candidates: { tighter } }
  const gateway = await startOperated(t, { limits })
  const first = await scrape(gateway)
  t.equal(first.value('limit_outage_admitted', { tier: 'standard', on_store_failure: 'share' }), 3)
  t.equal(
    first.value('limit_outage_admitted', { tier: 'partner', on_store_failure: 'open' }),
    Number.POSITIVE_INFINITY,
  )
  t.equal(first.value('candidate_rollout_ratio', { candidate: 'tighter' }), 1)
  t.equal(first.value('guardrail_reverts_total'), undefined)
  await gateway.visits('acme')
  await until(() => gateway.revisions.inForce() === 2, 'the rollout was taken back')
  const { value } = await scrape(gateway)
  t.equal(value('guardrail_reverts_total', { candidate: 'tighter' }), 1)
  t.equal(value('candidate_rollout_ratio', { candidate: 'tighter' }), 0)
  t.equal(value('policy_revision'), 2)
})
