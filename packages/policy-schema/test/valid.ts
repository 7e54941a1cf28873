/** A valid limits.json and gateway.json; every test changes a copy of its own. */
export function validLimits() {
  return {
    tiers: {
      standard: {
        limits: {
          burst: { quota: 100, window: 1 },
          sustained: { quota: 3000, window: 60 },
        },
      },
      anonymous: { limits: { burst: { quota: 10, window: 1 } } },
    },
    clients: { demo: 'standard' },
    defaultTier: 'standard',
    anonymousTier: 'anonymous',
  }
}

/** A limits.json with every part it may have. */
export function richLimits() {
  const office = { days: ['mon', 'fri'], from: '08:00', until: '18:00', timeZone: 'Europe/Berlin' }
  const plain = validLimits()
  return {
    ...plain,
    tiers: {
      standard: {
        limits: {
          ...plain.tiers.standard.limits,
          daily: { quota: 100_000, period: 'day', timeZone: 'Europe/Berlin' },
          monthly: { quota: 1_000_000, period: 'month' },
          flights: { concurrent: 20, per: 'user' },
        },
        onStoreFailure: 'closed',
        legacyHeaders: true,
        schedules: [
          { name: 'office-hours', ...office, limits: { burst: { quota: 200, window: 1 } } },
          {
            name: 'night',
            days: ['sun'],
            from: '22:00',
            until: '06:00',
            limits: { sustained: { quota: 1000, window: 60 } },
          },
        ],
      },
      tenants: { limits: { burst: { quota: 10, window: 1 } }, per: 'claim:tenant' },
      anonymous: plain.tiers.anonymous,
    },
    overrides: [
      {
        id: 'ovr_1',
        client: 'demo',
        limits: { burst: { quota: 500, window: 1 } },
        from: '2026-11-22T08:00:00Z',
        until: '2026-11-23T08:00:00Z',
        reason: 'stock take',
      },
      {
        id: 'ovr_2',
        client: 'somebody-new',
        tier: 'tenants',
        from: '2026-11-22T08:00:00.250Z',
        until: '2026-11-22T09:00:00Z',
        reason: 'trial',
      },
    ],
    candidates: {
      tighter: {
        tier: 'standard',
        limits: { burst: { quota: 60, window: 1 } },
        rollout: { percent: 10 },
        guardrail: { protect: ['demo'], maxRefused: 0.01, minCalls: 50 },
      },
    },
  }
}

export function validManifest() {
  return {
    service: 'products',
    routes: [
      {
        path: '/products/{product_id}',
        methods: ['GET', 'PATCH'],
        auth: 'bearer',
        scopes: ['products:read'],
        anyScopes: ['products:write', 'ops:write'],
        cost: 2,
        deadlineMs: 3000,
        description: 'One product',
      },
      { path: '/identity/token', methods: ['POST'], auth: 'public' },
    ],
  }
}
