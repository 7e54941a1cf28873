import {
  amount,
  type LimitSpec,
  type LimitsPolicy,
  validateLimits,
  writeMoment,
} from '@stockgate/policy-schema'
import { table } from '../retail/show/table.ts'
import { momentText } from './moment-text.ts'

/** The limits of a document for people: tiers, who is in them, and what holds for a while or on trial. */
export function tiersText(document: object): string {
  const verdict = validateLimits(document)
  // The gateway may know rules that this command does not yet.
  if (!verdict.ok) return `${JSON.stringify(document, null, 2)}\n`
  const { limits } = verdict
  return [tiers(limits), overrides(limits), candidates(limits)].filter((part) => part !== '').join('\n')
}

function told(spec: LimitSpec): string {
  return `${spec.name} ${amount(spec)}`
}

function tiers(limits: LimitsPolicy): string {
  const rows = Object.values(limits.tiers).map(({ name, limits: specs, schedules, onStoreFailure }) => [
    name,
    specs.map(told).join(', '),
    membersOf(limits, name),
    schedules.length > 0 ? schedules.map((one) => one.name).join(', ') : '-',
    onStoreFailure,
  ])
  return table([['TIER', 'LIMITS', 'CLIENTS', 'SCHEDULES', 'REDIS AWAY'], ...rows], [])
}

function membersOf({ clients, defaultTier, anonymousTier }: LimitsPolicy, tier: string): string {
  const named = Object.entries(clients).filter(([, own]) => own === tier)
  const members = named.slice(0, 5).map(([client]) => client)
  if (named.length > members.length) members.push(`and ${named.length - members.length} more`)
  if (tier === defaultTier) members.push('every client not listed')
  if (tier === anonymousTier) members.push('calls without a client')
  return members.join(', ') || '-'
}

function overrides({ overrides: all }: LimitsPolicy): string {
  if (all.length === 0) return ''
  const rows = all.map(({ id, client, tier, limits, from, until, reason }) => [
    id,
    client,
    [tier && `tier ${tier}`, ...limits.map(told)].filter(Boolean).join(', '),
    momentText(writeMoment(from)),
    momentText(writeMoment(until)),
    reason,
  ])
  return table([['OVERRIDE', 'CLIENT', 'LIMITS', 'FROM', 'UNTIL', 'REASON'], ...rows], [])
}

function candidates({ candidates: all }: LimitsPolicy): string {
  const rows = Object.values(all).map(({ name, tier, limits, rolloutPercent, guardrail }) => [
    name,
    tier,
    limits.map(told).join(', '),
    `${rolloutPercent} %`,
    guardrail === null
      ? '-'
      : `above ${+(guardrail.maxRefused * 100).toFixed(4)} % refused of ${guardrail.protect.join(', ') || 'anyone'}`,
  ])
  if (rows.length === 0) return ''
  return table([['CANDIDATE', 'TIER', 'LIMITS', 'ROLLOUT', 'REVERTS'], ...rows], [])
}
