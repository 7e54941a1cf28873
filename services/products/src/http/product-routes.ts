import { ProblemError, problems } from '@stockgate/problem'
import {
  closed,
  created,
  IfMatchHeader,
  idempotentCall,
  KeyHeader,
  listName,
  listQuery,
  NoQuery,
  pageOf,
  problemResponses,
  requireIfMatch,
  type ServiceApp,
  sendStored,
  sendTagged,
  USUAL_LIMIT,
  words,
} from '@stockgate/service-kit'
import Type from 'typebox'
import { PRODUCT_SORTS, positionOf } from '../domain/catalogue.ts'
import { normaliseGtin } from '../domain/gtin.ts'
import { draft, revise } from '../domain/product.ts'
import type { RouteContext } from './context.ts'
import { projection } from './fields.ts'
import {
  PRODUCT_FIELDS,
  ProductChoice,
  ProductInput,
  ProductOutput,
  ProductPage,
  ProductPatchInput,
  productBody,
  Stock,
  stockBody,
} from './product-schemas.ts'

const READ = { scopes: ['products:read'] }
const WRITE = { scopes: ['products:write'] }
const Params = Type.Object({ product_id: Type.String() })
const fields = Type.Optional(
  Type.String({ minLength: 1, maxLength: 500, description: 'Such as `id,sku,stock(available)`.' }),
)

/** The catalogue: list, create, read, change, archive. */
export function productRoutes(app: ServiceApp, { catalogue, cursors }: RouteContext): void {
  app.get(
    '/products',
    {
      config: READ,
      schema: {
        operationId: 'listProducts',
        tags: ['products'],
        summary: 'List products',
        querystring: listQuery({
          q: Type.Optional(
            Type.String({ minLength: 1, maxLength: 200, description: 'Part of name or sku, in any case.' }),
          ),
          sku: Type.Optional(Type.String({ maxLength: 64 })),
          barcode: Type.Optional(Type.String({ maxLength: 128 })),
          status: Type.Optional(words(['ACTIVE', 'ARCHIVED'])),
          sort: Type.Optional(words(PRODUCT_SORTS)),
          fields,
        }),
        response: { 200: ProductPage, ...problemResponses(400, 401, 403) },
      },
    },
    async (request, reply) => {
      const { limit = USUAL_LIMIT, cursor, sort = 'id', fields, barcode, ...filter } = request.query
      const project = projection(fields, PRODUCT_FIELDS)
      const after = cursor === undefined ? undefined : cursors.decode(listName(request), cursor)
      const code = barcode === undefined ? {} : { barcode: normaliseGtin(barcode) ?? barcode }
      const rows = await catalogue.list({ ...filter, ...code }, sort, after, limit + 1)
      const position = (product: (typeof rows)[number]) => positionOf(sort, product)
      return pageOf(request, reply, cursors, rows, limit, position, (one) => project(productBody(one)))
    },
  )

  app.post(
    '/products',
    {
      config: WRITE,
      schema: {
        operationId: 'createProduct',
        tags: ['products'],
        summary: 'Create a product',
        headers: KeyHeader,
        querystring: NoQuery,
        body: ProductInput,
        response: { 201: ProductOutput, ...problemResponses(400, 401, 403, 409, 422) },
      },
    },
    async (request, reply) => {
      const answer = await catalogue.create(idempotentCall(request), draft(request.body), (product) =>
        created(`/products/${product.id}`, product.version, productBody(product)),
      )
      return sendStored(reply, answer)
    },
  )

  app.get(
    '/products/:product_id',
    {
      config: READ,
      schema: {
        operationId: 'readProduct',
        tags: ['products'],
        summary: 'Read a product with the sums of its stock',
        params: Params,
        querystring: closed({ fields }),
        response: { 200: ProductChoice, ...problemResponses(400, 401, 403, 404) },
      },
    },
    async (request, reply) => {
      const project = projection(request.query.fields, PRODUCT_FIELDS)
      const product = found(await catalogue.find(request.params.product_id))
      return sendTagged(request, reply, product.version, project(productBody(product)))
    },
  )

  app.patch(
    '/products/:product_id',
    {
      config: WRITE,
      schema: {
        operationId: 'changeProduct',
        tags: ['products'],
        summary: 'Change a product by merge patch',
        params: Params,
        headers: IfMatchHeader,
        querystring: NoQuery,
        body: ProductPatchInput,
        response: { 200: ProductOutput, ...problemResponses(400, 401, 403, 404, 409, 412, 428) },
      },
    },
    async (request, reply) => {
      const product = found(
        await catalogue.change(request.params.product_id, (present) => {
          requireIfMatch(request, present.version)
          return revise(present, request.body)
        }),
      )
      return sendTagged(request, reply, product.version, productBody(product))
    },
  )

  app.delete(
    '/products/:product_id',
    {
      config: WRITE,
      schema: {
        operationId: 'archiveProduct',
        tags: ['products'],
        summary: 'Archive a product without stock',
        params: Params,
        headers: IfMatchHeader,
        querystring: NoQuery,
        response: { 204: Type.Null(), ...problemResponses(401, 403, 404, 409, 412, 428) },
      },
    },
    async (request, reply) => {
      found(
        await catalogue.change(request.params.product_id, (present) => {
          requireIfMatch(request, present.version)
          return { ...present, status: 'ARCHIVED' }
        }),
      )
      return reply.code(204).send(null)
    },
  )

  app.get(
    '/products/:product_id/stock',
    {
      config: { scopes: ['stock:read'] },
      schema: {
        operationId: 'readProductStock',
        tags: ['products'],
        summary: 'Read the sums of stock over all locations',
        params: Params,
        querystring: NoQuery,
        response: {
          200: Type.Object({ product_id: Type.String(), ...Stock.properties }),
          ...problemResponses(401, 403, 404),
        },
      },
    },
    async (request, reply) => {
      const { id, version, stock } = found(await catalogue.find(request.params.product_id))
      return sendTagged(request, reply, version, { product_id: id, ...stockBody(stock) })
    },
  )
}

function found<T>(product: T | undefined): T {
  if (product === undefined) throw new ProblemError(problems.notFound, { detail: 'No product has this id.' })
  return product
}
