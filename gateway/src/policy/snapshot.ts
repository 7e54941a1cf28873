import { createHash } from 'node:crypto'
import type { LimitsPolicy, Manifest, PolicyProblem, Tier } from '@stockgate/policy-schema'
import { createPlanner, type Planner } from '@stockgate/rate-limit'

/** A manifest that is not served, and why. */
export interface RefusedManifest {
  readonly file: string
  readonly problems: readonly PolicyProblem[]
}

/** The whole policy at one moment, immutable: a request ends on the snapshot it began with. */
export interface PolicySnapshot {
  /** The number of the revision of the limits, the same on every gateway. */
  readonly number: number
  /** A hash of what the policy says; the same words in another order or layout have the same revision. */
  readonly revision: string
  readonly limits: LimitsPolicy
  /** Chooses the limits of a request. */
  readonly planner: Planner
  readonly manifests: readonly Manifest[]
  readonly refused: readonly RefusedManifest[]
  /** The tier of a client; without a client id, the tier of anonymous calls. */
  tierOf(clientId: string | undefined): Tier
}

export interface SnapshotOptions {
  readonly refused?: readonly RefusedManifest[]
  readonly number?: number
}

/** Makes a snapshot of valid parts. */
export function createSnapshot(
  limits: LimitsPolicy,
  manifests: readonly Manifest[],
  { refused = [], number = 1 }: SnapshotOptions = {},
): PolicySnapshot {
  const tier = (name: string): Tier => limits.tiers[name] as Tier
  return Object.freeze({
    number,
    revision: revisionOf(limits, manifests),
    limits,
    planner: createPlanner(limits),
    manifests: Object.freeze([...manifests]),
    refused: Object.freeze([...refused]),
    tierOf: (clientId: string | undefined) =>
      clientId === undefined
        ? tier(limits.anonymousTier)
        : tier(limits.clients[clientId] ?? limits.defaultTier),
  })
}

function revisionOf(limits: LimitsPolicy, manifests: readonly Manifest[]): string {
  const byName = (a: [string, unknown], b: [string, unknown]): number => (a[0] < b[0] ? -1 : 1)
  const content = {
    tiers: Object.entries(limits.tiers).sort(byName),
    clients: Object.entries(limits.clients).sort(byName),
    defaultTier: limits.defaultTier,
    anonymousTier: limits.anonymousTier,
    overrides: limits.overrides,
    candidates: Object.entries(limits.candidates).sort(byName),
    manifests: manifests.map((manifest): [string, Manifest] => [manifest.service, manifest]).sort(byName),
  }
  return createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 16)
}
