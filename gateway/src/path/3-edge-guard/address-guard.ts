import rateLimit, { normalizeIP } from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest, onRequestAsyncHookHandler } from 'fastify'
import { Refusal } from '../../errors/refusal.ts'

/** Addresses remembered at once. An evicted address starts afresh, so there must be room for a wide flood. */
const ADDRESSES = 100_000

/**
 * A coarse, local limit per client address in front of everything that costs: it also covers bad targets, unknown
 * paths and bad tokens. An IPv6 client is its /64.
 */
export function useAddressGuard(app: FastifyInstance, perSecond: number): void {
  if (perSecond === 0) return
  app.register(rateLimit, {
    global: false,
    max: perSecond,
    timeWindow: 1_000,
    cache: ADDRESSES,
    keyGenerator: (request: FastifyRequest) => normalizeIP(request.address, 64),
    // Its headers would speak of another limit than the client's own.
    addHeaders: {
      'x-ratelimit-limit': false,
      'x-ratelimit-remaining': false,
      'x-ratelimit-reset': false,
      'retry-after': false,
    },
    addHeadersOnExceeding: {
      'x-ratelimit-limit': false,
      'x-ratelimit-remaining': false,
      'x-ratelimit-reset': false,
    },
    errorResponseBuilder: (request: FastifyRequest) => {
      request.verdict = 'limited'
      request.limitHit = 'address'
      return new Refusal('GW_ADDRESS_LIMIT', {
        headers: { 'retry-after': '1' },
        extensions: { 'violated-policies': ['address'] },
      })
    },
  })
  // One limiter for all routes and for what matches none; as a hook of its own it runs before authentication.
  let guard: onRequestAsyncHookHandler
  app.after(() => {
    guard = app.rateLimit() as onRequestAsyncHookHandler
  })
  app.addHook('onRequest', function (request, reply) {
    return guard.call(this, request, reply)
  } as onRequestAsyncHookHandler)
}
