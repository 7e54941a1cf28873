import { worstCases } from '@stockgate/policy-schema'
import type { Fleet } from '../../fleet/index.ts'
import type { StoreStatus } from '../../limiter/index.ts'
import type { PolicyRevisions, PolicyStore } from '../../policy/index.ts'
import type { Revocations, Tokens } from '../../tokens/index.ts'
import type { CandidateScores } from '../candidate-scores.ts'
import type { Guardrails } from '../guardrail/guardrails.ts'
import type { LimitTallies, LimitTally } from '../limit-tallies.ts'
import { type CertificateEnd, certificateMetrics } from './certificates.ts'
import { issuerMetrics } from './issuers.ts'
import { Metrics } from './registry.ts'

export interface MetricsParts {
  readonly observer: {
    readonly tallies: LimitTallies
    readonly scores: CandidateScores
    readonly guardrails: Guardrails
  }
  readonly policy: PolicyStore
  readonly revisions: Pick<PolicyRevisions, 'refused' | 'synced'>
  readonly fleet: Pick<Fleet, 'size'>
  /** Undefined where the limiter has no store to tell about. */
  readonly store: () => StoreStatus | undefined
  readonly tokens: Pick<Tokens, 'keySets'>
  readonly revocations: Pick<Revocations, 'list'>
  /** Milliseconds since the epoch. */
  readonly clock: () => number
  /** Of the certificates in force; by default there are none. */
  readonly certificateEnds?: () => readonly CertificateEnd[]
}

/**
 * All metrics of a gateway. Labels hold names that operators give, such as tiers and limits, and fixed words: never a
 * client, a user, a key or a path, so the number of series does not grow with who calls.
 */
export function createMetrics(parts: MetricsParts): Metrics {
  const metrics = new Metrics()
  limitMetrics(metrics, parts)
  candidateMetrics(metrics, parts)
  storeMetrics(metrics, parts)
  policyMetrics(metrics, parts)
  issuerMetrics(metrics, parts)
  certificateMetrics(metrics, parts.certificateEnds ?? (() => []))
  return metrics
}

function limitMetrics(metrics: Metrics, { observer: { tallies } }: MetricsParts): void {
  const perLimit = (name: string, help: string, value: (row: LimitTally) => number) =>
    metrics.counter({
      name: `stockgate_limit_${name}_total`,
      help,
      labels: ['tier', 'limit'],
      read: () => tallies.rows().map((row) => [{ tier: row.tier, limit: row.limit }, value(row)] as const),
    })
  perLimit('calls', 'Calls held against a limit.', ({ total }) => total)
  perLimit('near', 'Calls that left at least 80 % of a limit in use, not refused by it.', ({ near }) => near)
  perLimit('refused', 'Calls a limit was in the way of.', ({ refused }) => refused)
  metrics.counter({
    name: 'stockgate_decisions_total',
    help: 'Decisions over the limits of a call, by the counters or the rule that made them.',
    labels: ['decided_by', 'outcome'],
    read: () =>
      Object.entries(tallies.decisions).flatMap(([decided_by, { admitted, refused }]) => [
        [{ decided_by, outcome: 'admitted' }, admitted] as const,
        [{ decided_by, outcome: 'refused' }, refused] as const,
      ]),
  })
}

function candidateMetrics(metrics: Metrics, { observer, policy }: MetricsParts): void {
  const scores = () => [...observer.scores.scores().values()]
  metrics.counter({
    name: 'stockgate_candidate_calls_total',
    help: 'Calls a candidate was scored on.',
    labels: ['candidate'],
    read: () => scores().map(({ name, calls }) => [{ candidate: name }, calls] as const),
  })
  metrics.counter({
    name: 'stockgate_candidate_would_refuse_total',
    help: 'Calls a candidate would have refused, or has refused where it is rolled out.',
    labels: ['candidate'],
    read: () => scores().map(({ name, wouldRefuse }) => [{ candidate: name }, wouldRefuse] as const),
  })
  metrics.counter({
    name: 'stockgate_candidate_limit_would_refuse_total',
    help: 'The same by limit; a call that met two limits counts for both.',
    labels: ['candidate', 'limit'],
    read: () =>
      scores().flatMap(({ name, refusedBy }) =>
        [...refusedBy].map(([limit, refused]) => [{ candidate: name, limit }, refused] as const),
      ),
  })
  metrics.gauge({
    name: 'stockgate_candidate_rollout_ratio',
    help: 'Share of its tier’s clients a candidate is in force for, 0 to 1.',
    labels: ['candidate'],
    read: () =>
      Object.values(policy.current().limits.candidates).map(
        ({ name, rolloutPercent }) => [{ candidate: name }, rolloutPercent / 100] as const,
      ),
  })
  metrics.counter({
    name: 'stockgate_guardrail_reverts_total',
    help: 'Rollouts a guardrail of this gateway took back.',
    labels: ['candidate'],
    read: () =>
      [...observer.guardrails.reverts].map(([candidate, reverts]) => [{ candidate }, reverts] as const),
  })
}

function storeMetrics(metrics: Metrics, { store, fleet, policy }: MetricsParts): void {
  const told = (value: (status: StoreStatus) => number) => () => {
    const status = store()
    return status === undefined ? [] : [[{}, value(status)] as const]
  }
  metrics.gauge({
    name: 'stockgate_store_decides',
    help: 'Which counters decide: 1 for those of Redis, of this process alone, or a share of the limits; else 0.',
    labels: ['counters'],
    read: () => {
      const status = store()
      if (status === undefined) return []
      return ['redis', 'memory', 'share'].map(
        (counters) => [{ counters }, Number(counters === status.decides)] as const,
      )
    },
  })
  metrics.gauge({
    name: 'stockgate_store_since_timestamp_seconds',
    help: 'When these counters began to decide, in seconds since the epoch.',
    labels: [],
    read: told(({ since }) => since / 1_000),
  })
  metrics.counter({
    name: 'stockgate_store_outages_total',
    help: 'How often Redis was lost, which is how often the breaker opened.',
    labels: [],
    read: told(({ outages }) => outages),
  })
  metrics.counter({
    name: 'stockgate_store_decided_alone_total',
    help: 'Decisions made without Redis where there is one.',
    labels: [],
    read: told(({ decidedAlone }) => decidedAlone),
  })
  metrics.gauge({
    name: 'stockgate_limit_outage_admitted',
    help: 'Units all gateways admit at worst in a window, or at once, while Redis is away; +Inf without bound.',
    labels: ['tier', 'limit', 'on_store_failure'],
    read: () =>
      worstCases(policy.current().limits, fleet.size()).flatMap(({ tier, onStoreFailure, limits }) =>
        limits.map(({ limit, admitted }) => {
          const labels = { tier, limit, on_store_failure: onStoreFailure }
          return [labels, admitted ?? Number.POSITIVE_INFINITY] as const
        }),
      ),
  })
}

function policyMetrics(metrics: Metrics, { fleet, policy, revisions }: MetricsParts): void {
  metrics.gauge({
    name: 'stockgate_gateways',
    help: 'Gateways that live, as last known here.',
    labels: [],
    read: () => [[{}, fleet.size()]],
  })
  metrics.gauge({
    name: 'stockgate_policy_revision',
    help: 'The revision of the limits in force here.',
    labels: [],
    read: () => [[{}, policy.current().number]],
  })
  metrics.gauge({
    name: 'stockgate_policy_synced',
    help: '1 if the last look at the shared history succeeded, else 0.',
    labels: [],
    read: () => [[{}, Number(revisions.synced())]],
  })
  metrics.counter({
    name: 'stockgate_policy_revisions_refused_total',
    help: 'Revisions that could not be put in force here.',
    labels: [],
    read: () => [[{}, revisions.refused()]],
  })
}
