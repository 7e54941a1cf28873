import { join } from 'node:path'
import { validateLimits } from '@stockgate/policy-schema'
import { Engine, openTraffic } from '@stockgate/simulate'
import { manualClock, recordingUpstream } from '@stockgate/test-kit'
import t, { type Test } from 'tap'
import { Agent, request } from 'undici'
import { folderOf } from '../kit/folder.ts'
import { startGateway } from '../kit/gateway.ts'
import { type Recorded, recordedCalls } from './recorded.ts'

const LIMITS = {
  tiers: {
    anonymous: {
      limits: {
        burst: { quota: 3, window: 1 },
        sustained: { quota: 10, window: 60 },
        daily: { quota: 90, period: 'day', timeZone: 'Europe/Berlin' },
      },
    },
  },
  clients: {},
  defaultTier: 'anonymous',
  anonymousTier: 'anonymous',
}

/** Sends each call at its time through a live gateway; the limits each one hit, or none. */
async function live(t: Test, calls: readonly Recorded[]) {
  const upstream = await recordingUpstream(t, (asked, answer) => {
    answer.writeHead(Number(asked.headers['x-answer'])).end('once')
  })
  const clock = manualClock(calls[0]?.at)
  const gateway = await startGateway(t, {
    upstream: upstream.url,
    limits: LIMITS,
    clock: clock.now,
    env: { TRUST_PROXY: '127.0.0.1', ADDRESS_LIMIT: '0' },
  })
  const dispatcher = new Agent({ connections: 1 })
  t.teardown(() => dispatcher.close())
  const verdicts: string[] = []
  for (const { address, at, status } of calls) {
    clock.set(at)
    const headers = { 'x-forwarded-for': address, 'x-answer': String(status) }
    const answer = await request(`${gateway.url}/open`, { dispatcher, headers })
    const body = await answer.body.text()
    verdicts.push(answer.statusCode === 429 ? JSON.parse(body)['violated-policies'].join(' ') : '')
    // Costs are given back behind the answer, and a call at the same moment must find it done.
    if (status >= 500) await gateway.line(verdicts.length)
  }
  await gateway.line(calls.length)
  return { verdicts, log: gateway.logText() }
}

/** The same by the simulator, from the text of a log. */
async function simulated(t: Test, text: string): Promise<string[]> {
  const path = join(folderOf(t, { 'traffic.log': text }), 'traffic.log')
  const checked = validateLimits(LIMITS)
  if (!checked.ok) throw new Error(JSON.stringify(checked.problems))
  const engine = new Engine(checked.limits)
  const verdicts: string[] = []
  for await (const calls of openTraffic([path]).calls) {
    for (const call of calls) {
      const violated = engine.decide(call).limits.filter((limit) => limit.violated)
      verdicts.push(violated.map(({ name }) => name).join(' '))
    }
  }
  return verdicts
}

/** The clock of the test stands still while a request is under way, so by that clock none takes any time. */
function atOnce(log: string): string {
  return log.replaceAll(/"total_ms":[\d.]+/g, '"total_ms":0')
}

t.test('the simulator decides every recorded request as a live gateway does at that time', async (t) => {
  const { calls, source } = recordedCalls()
  const { verdicts, log } = await live(t, calls)
  const refused = verdicts.filter((violated) => violated !== '').length
  t.comment(`${calls.length} requests of ${source}, ${refused} refused`)
  t.ok(calls.length >= 2_000, 'there is enough traffic')
  for (const limit of ['burst', 'sustained', 'daily'])
    t.ok(verdicts.includes(limit), `some requests hit ${limit} alone`)
  t.strictSame(
    await simulated(t, calls.map(({ line }) => `${line}\n`).join('')),
    verdicts,
    'from the combined log',
  )
  t.strictSame(await simulated(t, atOnce(log)), verdicts, "from the gateway's own access log")
})
