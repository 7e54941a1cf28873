import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type LimitsPolicy, validateLimits } from '@stockgate/policy-schema'
import {
  openTraffic,
  type Replayed,
  type Report,
  replay,
  reportOf,
  type TrafficOptions,
} from '../src/index.ts'

interface Scope {
  teardown(handler: () => void): unknown
}

/** The path of a new file with this content, gone with the test. */
export function file(t: Scope, content: string | Buffer, name = 'traffic.log'): string {
  const folder = mkdtempSync(join(tmpdir(), 'simulate-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}

/** One line of a combined log; `second` counts from 10:00:00 on 1 March 2026 UTC. */
export function combined(second: number, host = '192.0.2.1', { status = 200, agent = 'curl' } = {}): string {
  const time = new Date(Date.UTC(2026, 2, 1, 10) + second * 1000).toUTCString()
  const [, day, month, year, clock] = /, (\d+) (\w+) (\d+) (\S+)/.exec(time) ?? []
  return `${host} - - [${day}/${month}/${year}:${clock} +0000] "GET /a HTTP/1.1" ${status} 12 "-" "${agent}"\n`
}

/** The first moment of `combined`, in microseconds since the epoch. */
export const START = Date.UTC(2026, 2, 1, 10) * 1000

/** One line of the gateway's access log; decided `ms` after START. */
export function own(ms: number, fields: Record<string, unknown> = {}): string {
  const decided = START / 1000 + ms
  return `${JSON.stringify({
    level: 30,
    time: new Date(decided + 5).toISOString(),
    request_id: '0af7651916cd43dd8448eb211c80319c',
    method: 'GET',
    route: '/things',
    path: '/things',
    status: 200,
    address: '192.0.2.1',
    client: 'demo',
    tier: 'standard',
    verdict: 'admitted',
    limit: null,
    owner: 'client:demo',
    cost: 1,
    decided_by: 'memory',
    decided_at: decided,
    revision: 1,
    service: 'shop',
    total_ms: 5,
    ...fields,
  })}\n`
}

/** A policy whose tiers `standard` and `anonymous` have these limits. */
export function policy(limits: object, rest: object = {}): LimitsPolicy {
  const document = {
    tiers: { standard: { limits }, anonymous: { limits } },
    clients: {},
    defaultTier: 'standard',
    anonymousTier: 'anonymous',
    ...rest,
  }
  const checked = validateLimits(document)
  if (!checked.ok) throw new Error(JSON.stringify(checked.problems))
  return checked.limits
}

export const WIDE = policy({ burst: { quota: 1_000_000, window: 1 } })

/** Replays files under two policies and reports on it. */
export async function simulate(
  paths: readonly string[],
  after: LimitsPolicy,
  { before = WIDE, ...options }: TrafficOptions & { before?: LimitsPolicy } = {},
): Promise<{ replayed: Replayed; report: Report }> {
  const traffic = openTraffic(paths, options)
  const replayed = await replay({ traffic, before, after })
  const facts = { draft: 'draft.json', against: 'live.json', tier: null, routeLimits: false }
  return { replayed, report: reportOf(replayed, { ...facts, files: traffic.files }) }
}
