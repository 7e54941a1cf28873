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
