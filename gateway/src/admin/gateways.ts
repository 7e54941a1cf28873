import Type, { type Static } from 'typebox'
import type { Fleet, Member } from '../fleet/index.ts'
import type { AdminApp } from './http/listener.ts'
import type { PolicyParts } from './parts.ts'

const GatewayOutput = Type.Object({
  id: Type.String(),
  self: Type.Boolean({ description: 'True for the one that answers.' }),
  seen_ms: Type.Integer({ description: 'Time since it was last heard of.' }),
  revision: Type.Union([Type.Integer(), Type.Null()], { description: 'The revision it decides by.' }),
  store: Type.Unknown({ description: 'How it gets on with the shared counters; null if it has not told.' }),
})

/** Which gateways live, and which revision each decides by. */
export function gatewayRoutes(
  app: AdminApp,
  { fleet, revisions }: Pick<PolicyParts, 'fleet' | 'revisions'>,
): void {
  app.get(
    '/gateways',
    {
      config: { access: 'ops:read' },
      schema: {
        operationId: 'listGateways',
        tags: ['gateways'],
        summary: 'List the gateways that live',
        response: {
          200: Type.Object({
            revision: Type.Integer({ description: 'The newest revision.' }),
            items: Type.Array(GatewayOutput),
          }),
        },
      },
    },
    async () => ({
      revision: revisions.current().revision,
      items: (await fleet.members()).map((member) => describe(member, fleet, revisions.inForce())),
    }),
  )
}

function describe(
  { id, seenMs, bulletins }: Member,
  fleet: Fleet,
  inForceHere: number,
): Static<typeof GatewayOutput> {
  const self = id === fleet.id
  const told = bulletins.policy as { revision?: number } | undefined
  return {
    id,
    self,
    seen_ms: seenMs,
    revision: self ? inForceHere : (told?.revision ?? null),
    store: bulletins.store ?? null,
  }
}
