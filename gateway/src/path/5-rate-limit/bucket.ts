import { normalizeIP } from '@fastify/rate-limit'
import type { FastifyRequest } from 'fastify'
import type { Client } from '../context.ts'

/**
 * Whose budget a request spends: the client's, however many tokens and users it has, or without a client the
 * address's, an IPv6 one being its /64. The tier is in the key: after a change of tier counting starts anew. No name
 * of a tier has a colon, so no two buckets meet.
 */
export function bucketOf(tier: string, client: Client | null, request: FastifyRequest): string {
  return client === null
    ? `${tier}:address:${normalizeIP(request.address, 64)}`
    : `${tier}:client:${client.clientId}`
}
