import { readMoment, writeMoment } from '@stockgate/policy-schema'
import Type from 'typebox'
import { typeid } from 'typeid-js'
import { Refusal } from '../errors/refusal.ts'
import { ChangedOutput, commit } from './change.ts'
import type { AdminApp } from './http/listener.ts'
import { closed, problemResponses, Reason, Timestamp, WaitQuery } from './http/schemas.ts'
import type { PolicyParts } from './parts.ts'

/** An override as limits.json writes it. */
interface Written {
  readonly id: string
  readonly client: string
  readonly tier?: string
  readonly limits?: object
  readonly from: string
  readonly until: string
  readonly reason: string
}

interface Document {
  overrides?: readonly Written[]
}

/** Ended overrides leave the document after this time; the history keeps them. */
const KEPT_MS = 30 * 86_400_000

const Limits = Type.Unsafe<object>({
  type: 'object',
  description: 'Limits by name, as in limits.json, instead of the tier’s of these names or besides them.',
})

const OverrideOutput = Type.Object({
  id: Type.String(),
  state: Type.String({ description: 'waiting, active or ended.' }),
  client: Type.String(),
  tier: Type.Optional(Type.String()),
  limits: Type.Optional(Limits),
  from: Timestamp,
  until: Timestamp,
  reason: Type.String(),
})

/** Other limits for one client for a while. Each gateway ends them by its own clock. */
export function overrideRoutes(app: AdminApp, parts: PolicyParts): void {
  const { revisions, clock } = parts

  app.get(
    '/limits/overrides',
    {
      config: { access: 'ops:read' },
      schema: {
        operationId: 'listOverrides',
        tags: ['overrides'],
        summary: 'List overrides that hold or will hold',
        querystring: closed({
          all: Type.Optional(Type.Boolean({ description: 'Also those that ended in the last 30 days.' })),
        }),
        response: { 200: Type.Object({ items: Type.Array(OverrideOutput) }) },
      },
    },
    async (request) => {
      const now = clock()
      const { overrides = [] } = revisions.current().after as Document
      const items = overrides.map((one) => ({ state: stateOf(one, now), ...one }))
      return { items: request.query.all ? items : items.filter(({ state }) => state !== 'ended') }
    },
  )

  app.post(
    '/limits/overrides',
    {
      config: { access: 'ops:write', action: 'override.add' },
      schema: {
        operationId: 'addOverride',
        tags: ['overrides'],
        summary: 'Give a client other limits for a while',
        querystring: WaitQuery,
        body: closed({
          client: Type.String(),
          tier: Type.Optional(Type.String()),
          limits: Type.Optional(Limits),
          from: Type.Optional(Type.String({ format: 'date-time', description: 'Now if absent.' })),
          until: Timestamp,
          reason: Reason,
        }),
        response: {
          201: Type.Object({ id: Type.String(), ...ChangedOutput.properties }),
          ...problemResponses(503),
        },
      },
    },
    async (request, reply) => {
      const { reason, ...asked } = request.body
      const now = clock()
      refuseOver(asked.until, now)
      const override: Written = { id: typeid('ovr').toString(), from: writeMoment(now), ...asked, reason }
      let at = 0
      const inBody = (pointer: string) => pointer.replace(`#/overrides/${at}`, '#')
      const { wait } = request.query
      const intent = { target: override.id, place: inBody, wait }
      reply.code(201)
      const changed = await commit(parts, request, reply, intent, () =>
        revisions.edit(
          (document: Document) => {
            const kept = (document.overrides ?? []).filter((one) => !isForgotten(one, now))
            at = kept.length
            return { ...document, overrides: [...kept, override] }
          },
          { kind: 'override', author: request.operator, reason },
        ),
      )
      return { id: override.id, ...changed }
    },
  )

  app.post(
    '/limits/overrides/:id/end',
    {
      config: { access: 'ops:write', action: 'override.end' },
      schema: {
        operationId: 'endOverride',
        tags: ['overrides'],
        summary: 'End an override now, or take back one that has not begun',
        params: Type.Object({ id: Type.String() }),
        querystring: WaitQuery,
        body: closed({ reason: Reason }),
        response: { 200: ChangedOutput, ...problemResponses(404, 409, 503) },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const { reason } = request.body
      const place = (pointer: string) => pointer
      const intent = { place, wait: request.query.wait }
      return await commit(parts, request, reply, intent, () =>
        revisions.edit((document: Document) => withoutOverride(document, id, clock()), {
          kind: 'override',
          author: request.operator,
          reason,
        }),
      )
    },
  )
}

function withoutOverride(document: Document, id: string, now: number): Document {
  const overrides = document.overrides ?? []
  const found = overrides.find((one) => one.id === id)
  if (found === undefined) throw new Refusal('GW_NO_ROUTE', { detail: `There is no override ${id}.` })
  const state = stateOf(found, now)
  if (state === 'ended')
    throw new Refusal('GW_STATE', { detail: `The override ${id} ended at ${found.until}.` })
  // One that ends the moment it began never held.
  const never = state === 'waiting' || readMoment(found.from) === now
  const ended = { ...found, until: writeMoment(now) }
  return {
    ...document,
    overrides: overrides.flatMap((one) => (one.id !== id ? [one] : never ? [] : [ended])),
  }
}

function stateOf({ from, until }: Written, now: number): 'waiting' | 'active' | 'ended' {
  if ((readMoment(until) as number) <= now) return 'ended'
  return (readMoment(from) as number) > now ? 'waiting' : 'active'
}

function isForgotten({ until }: Written, now: number): boolean {
  return (readMoment(until) as number) <= now - KEPT_MS
}

/** A limits.json may hold what is over; asking for it anew is a slip. */
function refuseOver(until: string, now: number): void {
  const end = readMoment(until)
  if (end === undefined || end > now) return
  throw new Refusal('GW_INPUT', {
    errors: [{ pointer: '#/until', detail: 'is over already: write a later moment', code: 'override-over' }],
  })
}
