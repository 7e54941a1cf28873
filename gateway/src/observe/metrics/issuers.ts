import type { IssuerStatus, Revocations, Tokens } from '../../tokens/index.ts'
import { FETCH_OUTCOMES } from '../../tokens/index.ts'
import type { Metrics } from './registry.ts'

export interface IssuerMetricsParts {
  readonly tokens: Pick<Tokens, 'keySets'>
  readonly revocations: Pick<Revocations, 'list'>
  /** Milliseconds since the epoch. */
  readonly clock: () => number
}

/** The keys of issuers that are fetched, and what was revoked. Issuers are named by operators, kids by anybody. */
export function issuerMetrics(metrics: Metrics, { tokens, revocations, clock }: IssuerMetricsParts): void {
  const perIssuer = (value: (status: IssuerStatus) => number | null) => () =>
    tokens.keySets().flatMap((status) => {
      const now = value(status)
      return now === null ? [] : [[{ issuer: status.issuer }, now] as const]
    })
  metrics.gauge({
    name: 'stockgate_issuer_keys_age_seconds',
    help: 'How long ago the keys in force were fetched from their issuer; beyond KEYS_MAX_STALE_S none is believed.',
    labels: ['issuer'],
    read: perIssuer(({ fetchedAt }) => (fetchedAt === null ? null : Math.max(0, clock() - fetchedAt) / 1000)),
  })
  metrics.gauge({
    name: 'stockgate_issuer_keys',
    help: 'Keys of an issuer that may verify its tokens.',
    labels: ['issuer'],
    read: perIssuer(({ keys }) => keys),
  })
  metrics.gauge({
    name: 'stockgate_issuer_keys_skipped',
    help: 'Entries of its newest key set that are not taken: private, ambiguous, weak, malformed or for something else.',
    labels: ['issuer'],
    read: perIssuer(({ skipped }) => skipped),
  })
  metrics.gauge({
    name: 'stockgate_issuer_fetch_good',
    help: '1 if the last fetch of its keys gave any, else 0.',
    labels: ['issuer'],
    read: perIssuer(({ lastFetchGood }) => (lastFetchGood === null ? null : Number(lastFetchGood))),
  })
  metrics.counter({
    name: 'stockgate_issuer_fetches_total',
    help: 'Fetches of its keys, by how they ended.',
    labels: ['issuer', 'outcome'],
    read: () =>
      tokens
        .keySets()
        .flatMap(({ issuer, fetches }) =>
          FETCH_OUTCOMES.map((outcome) => [{ issuer, outcome }, fetches[outcome]] as const),
        ),
  })
  metrics.counter({
    name: 'stockgate_issuer_unknown_keys_total',
    help: 'Tokens whose key was not among the known ones of their issuer.',
    labels: ['issuer'],
    read: perIssuer(({ strangers }) => strangers),
  })
  metrics.gauge({
    name: 'stockgate_revocations',
    help: 'Revocations of tokens in force.',
    labels: [],
    read: () => [[{}, revocations.list().length]],
  })
}
