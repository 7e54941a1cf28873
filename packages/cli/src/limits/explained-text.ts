import { table } from '../retail/show/table.ts'
import { momentText } from './moment-text.ts'

/** How a call fares, as the admin listener tells it. The later members are those of a call that was made. */
export interface Explained {
  readonly route: string | null
  readonly service: string | null
  readonly auth: readonly { readonly step: string; readonly outcome: string }[]
  readonly tier: string | null
  readonly rule: string | null
  readonly owner: string | null
  readonly cost: number | null
  readonly limits: readonly {
    readonly name: string
    readonly kind: string
    readonly id: string
    readonly quota: number
    readonly window: number | null
    readonly count: number
    readonly remaining: number
    readonly reset: number | null
    readonly verdict: string
  }[]
  readonly candidates: readonly {
    readonly candidate: string
    readonly allowed: boolean
    readonly violated: readonly string[]
  }[]
  readonly verdict: string
  readonly violated: readonly string[]
  readonly retry_after: number
  readonly decided_by: string | null
  readonly revision: number
  readonly at?: string
  readonly method?: string
  readonly address?: string
  readonly status?: number
}

/** An explanation for people: the outcome first, then what led to it. */
export function explainedText(told: Explained): string {
  const { route, service, auth, tier, rule, owner, cost, revision, decided_by: by, limits } = told
  const facts = [
    ['route', route === null ? 'none matches' : `${route}${service === null ? '' : ` of ${service}`}`],
    ...auth.map(({ step, outcome }) => [step, outcome]),
    ...(tier === null ? [] : [['tier', `${tier}: ${rule}`]]),
    ...(owner === null ? [] : [['budget', `${owner}, of which the call takes ${cost}`]]),
    ['decided', `under revision ${revision}${by === null ? '' : ` by ${BY[by] ?? by}`}`],
  ]
  const counters = limits.length > 0 ? `\n${countersOf(told)}` : ''
  return `${headlineOf(told)}\n${table(facts, [])}${counters}${candidatesOf(told)}`
}

const BY: Readonly<Record<string, string>> = {
  memory: 'the counters of this gateway, the only one',
  redis: 'the shared counters',
  share: 'this gateway’s share, since Redis is away',
  open: 'the rule of the tier: Redis is away and everything passes',
  closed: 'the rule of the tier: Redis is away and nothing passes',
}

function headlineOf({ verdict, violated, retry_after: after, status, at, method, route }: Explained): string {
  const limited = `by ${violated.join(' and ')}; a next try fits in ${after} s`
  if (status === undefined || at === undefined) {
    if (verdict === 'limited') return `Refused with 429 ${limited}.`
    return IMAGINED[verdict] ?? `${verdict}.`
  }
  const call = `${method}${route === null ? '' : ` ${route}`} was answered ${status} at ${momentText(at)}`
  return verdict === 'limited' ? `${call}: refused ${limited}.` : `${call}: ${verdict}.`
}

const IMAGINED: Readonly<Record<string, string>> = {
  admitted: 'Admitted.',
  forbidden: 'Refused with 403: a scope is missing.',
  unauthenticated: 'Refused with 401: nobody is named, and the route asks who calls.',
  unmatched: 'Answered 404: no service has such a route.',
  refused: 'Refused before any limit was reached.',
}

function countersOf({ limits }: Explained): string {
  const rows = limits.map(({ name, kind, quota, window, count, remaining, reset, verdict, id }) => [
    name,
    `${quota} ${unitOf(kind, window)}`,
    String(count),
    String(remaining),
    reset === null ? '-' : `${reset} s`,
    verdict,
    id,
  ])
  const head = ['LIMIT', 'QUOTA', 'USED', 'LEFT', 'FREE IN', 'VERDICT', 'COUNTER']
  return table([head, ...rows], [2, 3, 4])
}

/** A day may have 25 hours and a month 28 days; neither is told in seconds. */
function unitOf(kind: string, window: number | null): string {
  if (window === null) return 'in flight'
  if (kind === 'calendar') return window < 2 * 86_400 ? 'per day' : 'per month'
  return `per ${window} s`
}

function candidatesOf({ candidates }: Explained): string {
  return candidates
    .map(({ candidate, allowed, violated }) =>
      allowed
        ? `The candidate ${candidate} would admit it.\n`
        : `The candidate ${candidate} would refuse it by ${violated.join(' and ')}.\n`,
    )
    .join('')
}
