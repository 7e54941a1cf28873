import type { ClientActivity } from './client-activity.ts'

/** What can come first in a list of clients. */
export type TopOrder = 'calls' | 'near' | 'refused'

/** Refusals of one limit in the last minute. */
export interface LimitRefusals {
  readonly tier: string
  readonly limit: string
  readonly refused: number
}

/** The last minute, of one gateway or of several. */
export interface TopSummary {
  readonly clients: readonly ClientActivity[]
  readonly refusedBy: readonly LimitRefusals[]
}

/** How many of each order a gateway tells the others. */
const TOLD = 50
const MOST_LIMITS = 200

/** So many clients in this order. */
export function inOrder(
  clients: readonly ClientActivity[],
  by: TopOrder,
  most: number,
): readonly ClientActivity[] {
  return clients
    .toSorted(
      (a, b) =>
        weightOf(b, by) - weightOf(a, by) ||
        b.callsPerSecond - a.callsPerSecond ||
        (a.client < b.client ? -1 : 1),
    )
    .slice(0, most)
}

/** As much as a heartbeat can carry: the first of each order. */
export function bounded({ clients, refusedBy }: TopSummary): TopSummary {
  const first = (['calls', 'near', 'refused'] as const).flatMap((by) => inOrder(clients, by, TOLD))
  return { clients: [...new Set(first)], refusedBy: mostRefusing(refusedBy) }
}

/** One list of what several gateways saw: calls and refusals add up, the nearest is the nearest of any. */
export function mergeTops(tops: readonly TopSummary[]): TopSummary {
  const clients = new Map<string, ClientActivity>()
  const limits = new Map<string, LimitRefusals>()
  for (const top of tops) {
    for (const one of top.clients) {
      const known = clients.get(one.client)
      clients.set(one.client, known === undefined ? one : together(known, one))
    }
    for (const one of top.refusedBy) {
      const key = `${one.tier}\n${one.limit}`
      limits.set(key, { ...one, refused: one.refused + (limits.get(key)?.refused ?? 0) })
    }
  }
  return { clients: [...clients.values()], refusedBy: mostRefusing([...limits.values()]) }
}

/** What a gateway of another version tells may be something else: then it counts for nothing. */
export function readTop(bulletin: unknown): TopSummary | undefined {
  const { clients, refusedBy } = (bulletin ?? {}) as Partial<TopSummary>
  return Array.isArray(clients) && Array.isArray(refusedBy) ? { clients, refusedBy } : undefined
}

function together(a: ClientActivity, b: ClientActivity): ClientActivity {
  return {
    ...a,
    callsPerSecond: a.callsPerSecond + b.callsPerSecond,
    refused: a.refused + b.refused,
    nearest: (b.nearest?.used ?? -1) > (a.nearest?.used ?? -1) ? b.nearest : a.nearest,
  }
}

function weightOf({ callsPerSecond, nearest, refused }: ClientActivity, by: TopOrder): number {
  if (by === 'calls') return callsPerSecond
  return by === 'near' ? (nearest?.used ?? -1) : refused
}

function mostRefusing(limits: readonly LimitRefusals[]): readonly LimitRefusals[] {
  return limits
    .filter(({ refused }) => refused > 0)
    .sort((a, b) => b.refused - a.refused)
    .slice(0, MOST_LIMITS)
}
