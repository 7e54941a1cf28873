import { hash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { type Case, type Family, idOf } from './cases/draft.ts'
import { fixedCases } from './cases/fixed.ts'
import { caseOf, isGood } from './cases/generate.ts'
import { headerOf } from './exchange/answer.ts'
import { play } from './exchange/play.ts'
import { probe } from './exchange/probe.ts'
import { openWire, type Wire } from './exchange/wire.ts'
import { createArrivalJudge } from './judge/arrival.ts'
import { faultsOfArrivals, faultsOfCase } from './judge/case.ts'
import { type Answered, compareWithLog } from './judge/logged.ts'
import type { Site } from './site/site.ts'

export interface Plan {
  readonly cases: number
  readonly seed: number
  readonly only?: Family | undefined
  /** One case alone. */
  readonly single?: number | undefined
  readonly seconds: number
  readonly lanes: number
  /** Stops after so many cases with violations. */
  readonly most: number
}

/** A case that did not go as it had to. Without a case: the run as a whole. */
export interface Violation {
  readonly one: Case | null
  readonly faults: readonly string[]
  readonly answer: string
}

export interface Outcome {
  readonly played: number
  readonly good: number
  readonly byFamily: Readonly<Record<string, number>>
  readonly byStatus: Readonly<Record<string, number>>
  readonly probes: number
  readonly arrived: number
  readonly logged: number
  readonly loggedUpstream: number
  readonly seconds: number
  readonly violations: readonly Violation[]
}

/** Plays the cases against a site, each followed by good requests, and compares all that was seen. */
export async function run(site: Site, plan: Plan, progress: (text: string) => void): Promise<Outcome> {
  const { gateway, recording, credentials } = site
  const secrets = [`127.0.0.1:${recording.port}`, 'node_modules', '.ts:']
  const violations: Violation[] = []
  const answered: Answered[] = []
  const byFamily: Record<string, number> = {}
  const byStatus: Record<string, number> = {}
  const played: Case[] = []
  const known = new Set<string>()
  const began = performance.now()
  const elapsed = () => (performance.now() - began) / 1000
  let [number, good, probes] = [0, 0, 0]

  function violated(one: Case | null, faults: readonly string[], answer = ''): void {
    if (faults.length > 0) violations.push({ one, faults, answer })
  }

  /** The next case that is not the same bytes as one before; undefined when the run is over. */
  function next(): Case | undefined {
    if (plan.single !== undefined) return number++ === 0 ? take(plan.single) : undefined
    while (played.length < plan.cases && elapsed() < plan.seconds && violations.length < plan.most) {
      const one = take(number++)
      if (one === undefined) continue
      const print = hash('sha1', one.bytes) + (one.ends === true ? ' and the end' : '')
      if (known.has(print)) continue
      known.add(print)
      return one
    }
    return undefined
  }

  function take(at: number): Case | undefined {
    const fixed = fixedCases(credentials)[at]
    if (fixed === undefined) return caseOf(plan.seed, at, credentials, plan.only)
    if (plan.only !== undefined && fixed.family !== plan.only) return undefined
    return { ...fixed, number: at, id: idOf(at) }
  }

  /** A case whole again, if it is to be shown. */
  function again(one: Case): Case {
    return take(one.number) ?? one
  }

  async function lane(): Promise<void> {
    let warm: Wire | null = null
    for (let one = next(); one !== undefined; one = next()) {
      played.push(withoutBodies(one))
      byFamily[one.family] = (byFamily[one.family] ?? 0) + 1
      if (isGood(one)) good++
      if (played.length % 1000 === 0)
        progress(`${played.length} cases, ${violations.length} violations, ${elapsed().toFixed(0)} s`)
      try {
        const wire: Wire = warm ?? (await openWire(gateway.port))
        warm = null
        await playOn(wire, one)
        // The good request on a fresh connection; for every second case the next one goes on from there.
        const fresh = await openWire(gateway.port)
        violated(one, labelled('on a fresh connection', await ask(fresh, `${one.id}.fresh`, one.number)))
        recording.forgetBodies(one.id, one.expected.length)
        if (one.number % 2 === 0) warm = fresh
        else fresh.cut()
      } catch (error) {
        violated(one, [`no connection: ${error instanceof Error ? error.message : error}`])
        if (gateway.child.exitCode !== null || gateway.child.signalCode !== null) return
      }
    }
    warm?.cut()
  }

  async function playOn(wire: Wire, one: Case): Promise<void> {
    const result = await play(one, wire)
    for (const answer of result.answers) {
      const status = typeof answer === 'string' ? answer : 'fault' in answer ? 'fault' : answer.status
      byStatus[status] = (byStatus[status] ?? 0) + 1
      if (typeof answer === 'string' || 'fault' in answer) continue
      const id = headerOf(answer, 'x-request-id')
      if (id !== undefined) answered.push({ id, status: answer.status, caseNumber: one.number })
    }
    const faults = faultsOfCase(one, result, recording, secrets)
    if (result.over) {
      const rest = await wire.untilClosed(5_000)
      if (rest === null) faults.push('the connection does not end')
      else if (rest.length > 0)
        faults.push(`more bytes came behind the last answer: ${rest.toString('latin1').slice(0, 200)}`)
    } else if (!one.ends)
      faults.push(...labelled('on the same connection', await ask(wire, `${one.id}.same`, one.number + 1)))
    violated(one, faults, wire.received().toString('latin1'))
    wire.cut()
  }

  async function ask(wire: Wire, caseId: string, turn: number): Promise<string | null> {
    probes++
    return probe(wire, caseId, recording, credentials.probe, turn % 4 < 2)
  }

  await Promise.all(Array.from({ length: plan.single === undefined ? plan.lanes : 1 }, lane))
  await settled(site)

  const byNumber = new Map(played.map((one) => [one.id, one]))
  for (const one of played) {
    const faults = faultsOfArrivals(one, recording)
    if (faults.length > 0) violated(again(one), faults)
  }
  const judge = createArrivalJudge(site.callerKeys, recording.port)
  for (const seen of recording.seen) {
    const one = byNumber.get(seen.caseId.split('.', 1)[0] as string) ?? null
    const faults = judge.faults(seen)
    if (one === null && !seen.caseId.startsWith('c'))
      faults.push(`nobody knows whose request this is: ${seen.head}`)
    if (faults.length > 0) violated(one === null ? null : again(one), faults, seen.head)
  }
  const log = compareWithLog(gateway.lines, answered, recording.seen)
  violated(null, log.faults.slice(0, 50))
  violated(null, recording.faults)
  violated(null, gateway.complaints.slice(0, 20))
  if (gateway.child.exitCode !== null || gateway.child.signalCode !== null)
    violated(null, [`the gateway ended: ${gateway.child.exitCode ?? gateway.child.signalCode}`])
  return {
    played: played.length,
    good,
    byFamily,
    byStatus,
    probes,
    arrived: recording.seen.length,
    logged: log.lines,
    loggedUpstream: log.withUpstream,
    seconds: elapsed(),
    violations,
  }
}

const labelled = (where: string, fault: string | null): string[] =>
  fault === null ? [] : [`the good request ${where}: ${fault}`]

/** Waits until neither log nor services have anything new. */
async function settled({ gateway, recording }: Site): Promise<void> {
  for (let quiet = 0, before = -1, rounds = 0; quiet < 3 && rounds < 100; rounds++) {
    await delay(200)
    const now = gateway.lines.length + recording.seen.length
    quiet = now === before ? quiet + 1 : 0
    before = now
  }
}

const NOTHING = Buffer.alloc(0)

/** What is still needed of a case once it was played: thousands of them are kept. */
function withoutBodies(one: Case): Case {
  const expected = one.expected.map(({ arrival: _, ...rest }) => rest)
  return { ...one, bytes: NOTHING, expected }
}
