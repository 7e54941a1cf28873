import {
  type Problem,
  type ProblemKind,
  type ProblemOptions,
  problems,
  renderProblem,
} from '@stockgate/problem'
import { closed, faultsOf, NoQuery, problemResponses, type ServiceApp } from '@stockgate/service-kit'
import Type from 'typebox'
import type { BatchOutcome } from '../domain/catalogue.ts'
import type { BatchItem } from '../domain/product-batch.ts'
import type { RouteContext } from './context.ts'
import { ProductBatchItem } from './product-schemas.ts'
import { problemOf } from './refusals.ts'

const MOST_ITEMS = 500

const Answer = Type.Object({
  items: Type.Array(
    Type.Object({
      index: Type.Integer(),
      status: Type.Integer(),
      id: Type.Optional(Type.String()),
      location: Type.Optional(Type.String()),
      problem: Type.Optional(Type.Ref('Problem')),
    }),
  ),
})

type Line = { index: number; status: number; id?: string; location?: string; problem?: Problem }

/** Many products at once, each named by its sku: made when new, changed when different, left alone when the same. */
export function productBatchRoutes(app: ServiceApp, { catalogue }: RouteContext): void {
  // Items are checked one by one, so that a bad one does not keep the others out.
  const valid = app.validatorCompiler?.({
    schema: ProductBatchItem,
    method: 'POST',
    url: '/products/batch',
    httpPart: 'body',
  }) as ((item: unknown) => boolean) & { errors?: Parameters<typeof faultsOf>[0] }

  app.post(
    '/products/batch',
    {
      config: { scopes: ['products:write'] },
      schema: {
        operationId: 'upsertProducts',
        tags: ['products'],
        summary: 'Create or change products by sku',
        description:
          'Each item stands or falls on its own: 201 created, 200 changed or already so, 4xx with its problem.',
        querystring: NoQuery,
        body: closed({
          items: Type.Array(
            Type.Unknown({ description: 'A product: `sku`, `name` and whatever else POST /products takes.' }),
            { minItems: 1, maxItems: MOST_ITEMS },
          ),
        }),
        response: { 207: Answer, ...problemResponses(400, 401, 403) },
      },
    },
    async (request, reply) => {
      const refusedLine = (index: number, kind: ProblemKind, options: ProblemOptions): Line => ({
        index,
        status: kind.status,
        problem: renderProblem(kind, app.publicUrl, { ...options, traceId: request.id }),
      })
      const lines: Line[] = []
      const items: BatchItem[] = []
      for (const [index, said] of request.body.items.entries()) {
        if (valid(said)) items.push({ index, said: said as BatchItem['said'] })
        else {
          const errors = itemFaults(valid.errors ?? [], index)
          lines.push(refusedLine(index, problems.validationError, { errors }))
        }
      }
      for (const outcome of await catalogue.upsert(items)) {
        if ('id' in outcome) lines.push(done(outcome))
        else {
          const { kind, options } = problemOf(outcome.refusal)
          lines.push(refusedLine(outcome.index, kind, options))
        }
      }
      return reply.code(207).send({ items: lines.sort((a, b) => a.index - b.index) })
    },
  )
}

function done({ index, status, id }: Extract<BatchOutcome, { id: string }>): Line {
  return { index, status, id, location: `/products/${id}` }
}

function itemFaults(findings: Parameters<typeof faultsOf>[0], index: number) {
  return faultsOf(findings, 'body').map((fault) => ({
    ...fault,
    pointer: `#/items/${index}${fault.pointer.slice(1)}`,
  }))
}
