import { join } from 'node:path'
import { Writable } from 'node:stream'
import type { TestScope } from '@stockgate/test-kit'
import { pino } from 'pino'
import { loneFleet } from '../../src/fleet/index.ts'
import { openJournal } from '../../src/journal/index.ts'
import {
  isBeginning,
  type OpenPolicy,
  openPolicy,
  type PolicyError,
  type RevisionEntry,
} from '../../src/policy/index.ts'
import { openConnections } from '../../src/redis/index.ts'
import { folderOf } from '../kit/folder.ts'
import { LIMITS, manifest } from './folder.ts'

export interface Site extends OpenPolicy {
  readonly folder: string
  readonly journal: Awaited<ReturnType<typeof openJournal<RevisionEntry>>>
  /** Lines of the log, parsed. */
  readonly log: readonly Record<string, unknown>[]
  end(): Promise<void>
}

export interface SiteOptions {
  /** A folder that another site left; `limits.json` and `state` are in it. */
  readonly folder?: string
  readonly manifests?: readonly object[]
  readonly clock?: () => number
  /** Where the journal is shared; without it the file is all there is. */
  readonly redisUrl?: string
}

/** The policy of one gateway that is alone, with all that it keeps on disk. */
export async function site(t: TestScope, options: SiteOptions = {}): Promise<Site> {
  const { manifests = [manifest('orders', ['/orders'], { cost: 5 })], clock = Date.now } = options
  const folder = options.folder ?? folderOf(t, { 'limits.json': LIMITS })
  const routes = folderOf(t, Object.fromEntries(manifests.map((one, index) => [`${index}.json`, one])))
  const lines: Record<string, unknown>[] = []
  const output = new Writable({
    write: (chunk, _encoding, done) => {
      lines.push(JSON.parse(String(chunk)))
      done()
    },
  })
  const log = pino(output)
  const redis = options.redisUrl ? await openConnections(options.redisUrl, { required: true }) : undefined
  const journal = await openJournal<RevisionEntry>({
    name: 'policy',
    ...(redis && { redis }),
    folder: join(folder, 'state'),
    log,
    isBeginning,
  })
  const opened = await openPolicy({
    limitsPath: join(folder, 'limits.json'),
    manifestPaths: [routes],
    journal,
    fleet: loneFleet('gw_alone'),
    log,
    clock,
  }).catch(async (error) => {
    await journal.close()
    redis?.close()
    throw error
  })
  let ended = false
  const end = async () => {
    if (ended) return
    ended = true
    opened.revisions.close()
    await journal.close()
    redis?.close()
  }
  t.teardown(end)
  return { ...opened, folder, journal, log: lines, end }
}

/** LIMITS with another quota for the burst of tier standard. */
export function withBurst(quota: number): typeof LIMITS {
  const limits = structuredClone(LIMITS)
  limits.tiers.standard.limits.burst.quota = quota
  return limits
}

export const burstOf = ({ policy }: OpenPolicy): number | undefined =>
  policy.current().tierOf('demo').limits[0]?.quota

/** Why a change was refused, a line for each problem. */
export async function problemsOf(change: Promise<unknown>): Promise<string[]> {
  const error = await change.then(
    () => undefined,
    (reason: PolicyError) => reason,
  )
  return error?.message.split('\n') ?? ['it was not refused']
}
