import Type from 'typebox'
import { inOrder, type Observer } from '../observe/index.ts'
import type { AdminApp } from './http/listener.ts'
import { closed, words } from './http/schemas.ts'

const USUAL_LIMIT = 20

const TopOutput = Type.Object({
  clients: Type.Array(
    Type.Object({
      client: Type.String({ description: 'A client id, or whose budget a call without one spends.' }),
      tier: Type.String({ description: 'Of its latest call.' }),
      calls_per_second: Type.Number(),
      refused: Type.Integer(),
      nearest: Type.Unsafe<{ limit: string; used: number } | null>({
        type: ['object', 'null'],
        description: 'The limit it came nearest to, and the share of it that was in use.',
        properties: { limit: { type: 'string' }, used: { type: 'number', minimum: 0, maximum: 1 } },
      }),
    }),
  ),
  refused_by: Type.Array(
    Type.Object({ tier: Type.String(), limit: Type.String(), refused: Type.Integer() }),
    { description: 'Refusals by limit; a call that met two of them counts for both.' },
  ),
})

/** Who is busy, who is near a limit and what refuses, in the last minute. */
export function topRoutes(app: AdminApp, { observer }: { readonly observer: Observer }): void {
  app.get(
    '/limits/top',
    {
      config: { access: 'ops:read' },
      schema: {
        operationId: 'listTopClients',
        tags: ['limits'],
        summary: 'List the busiest clients, those nearest to a limit, or those refused most',
        description: 'Of the last minute, over all live gateways; the others are heard of once a second.',
        querystring: closed({
          by: Type.Optional(words(['calls', 'near', 'refused'], { description: 'calls if absent.' })),
          limit: Type.Optional(
            Type.Integer({
              minimum: 1,
              maximum: 100,
              description: `Most clients; ${USUAL_LIMIT} if absent.`,
            }),
          ),
        }),
        response: { 200: TopOutput },
      },
    },
    async ({ query: { by = 'calls', limit = USUAL_LIMIT } }) => {
      const { clients, refusedBy } = await observer.top()
      return {
        clients: inOrder(clients, by, limit).map(({ client, tier, callsPerSecond, refused, nearest }) => ({
          client,
          tier,
          calls_per_second: Math.round(callsPerSecond * 100) / 100,
          refused,
          nearest,
        })),
        refused_by: [...refusedBy],
      }
    },
  )
}
