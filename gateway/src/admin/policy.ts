import type { Candidate, LimitSpec, Override, Route, Schedule, Tier } from '@stockgate/policy-schema'
import Type from 'typebox'
import type { PolicySnapshot, PolicyStore } from '../policy/index.ts'
import type { AdminApp } from './http/listener.ts'

const PolicyOutput = Type.Object(
  {
    revision: Type.Integer({ description: 'Of the limits, the same on every gateway.' }),
    hash: Type.String({ description: 'Of limits and routes: equal where gateways decide alike.' }),
  },
  { additionalProperties: true },
)

/** Everything in force on this very gateway, defaults filled in: what it decides by, wherever it came from. */
export function policyRoutes(app: AdminApp, policy: PolicyStore): void {
  app.get(
    '/policy',
    {
      config: { access: 'ops:read' },
      schema: {
        operationId: 'getPolicy',
        tags: ['policy'],
        summary: 'Read the policy in force on this gateway',
        description: 'Limits with all defaults, routes of all services, and manifests that are not served.',
        response: { 200: PolicyOutput },
      },
    },
    async () => describePolicy(policy.current()),
  )
}

function describePolicy({ number, revision: hash, limits, manifests, refused }: PolicySnapshot) {
  return {
    revision: number,
    hash,
    tiers: Object.values(limits.tiers).map(describeTier),
    clients: limits.clients,
    default_tier: limits.defaultTier,
    anonymous_tier: limits.anonymousTier,
    overrides: limits.overrides.map(describeOverride),
    candidates: Object.values(limits.candidates).map(describeCandidate),
    routes: manifests.flatMap(({ service, routes }) => routes.map((route) => describeRoute(service, route))),
    refused,
  }
}

function describeTier({ name, per, limits, schedules, onStoreFailure, legacyHeaders }: Tier) {
  return {
    name,
    per,
    limits: limits.map(describeLimit),
    schedules: schedules.map(describeSchedule),
    on_store_failure: onStoreFailure,
    legacy_headers: legacyHeaders,
  }
}

function describeLimit(limit: LimitSpec) {
  const { name, kind, quota, per } = limit
  if (limit.kind === 'rate') return { name, kind, quota, window: limit.window, per }
  if (limit.kind === 'concurrency') return { name, kind, quota, per }
  return { name, kind, quota, period: limit.period, time_zone: limit.timeZone, per }
}

function describeSchedule({ name, days, from, until, timeZone, limits }: Schedule) {
  const time = (minutes: number) =>
    [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0')).join(':')
  return {
    name,
    days,
    from: time(from),
    until: time(until),
    time_zone: timeZone,
    limits: limits.map(describeLimit),
  }
}

function describeOverride({ id, client, tier, limits, from, until, reason }: Override) {
  const [begin, end] = [from, until].map((moment) => new Date(moment).toISOString())
  return { id, client, tier, limits: limits.map(describeLimit), from: begin, until: end, reason }
}

function describeCandidate({ name, tier, limits, rolloutPercent, guardrail }: Candidate) {
  return {
    name,
    tier,
    limits: limits.map(describeLimit),
    rollout_percent: rolloutPercent,
    guardrail: guardrail && {
      protect: guardrail.protect,
      max_refused: guardrail.maxRefused,
      min_calls: guardrail.minCalls,
    },
  }
}

function describeRoute(service: string, route: Route) {
  const { path, methods, auth, scopes, anyScopes, proof, cost, deadlineMs, limits } = route
  return {
    service,
    path,
    methods,
    auth,
    scopes,
    any_scopes: anyScopes,
    proof,
    body_limit: route.bodyLimit,
    request_encodings: route.requestEncodings,
    encoded_slash: route.encodedSlash,
    cost,
    limits: limits.map(describeLimit),
    deadline_ms: deadlineMs,
  }
}
