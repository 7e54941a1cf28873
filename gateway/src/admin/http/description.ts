import swagger from '@fastify/swagger'
import type { FastifyInstance, FastifySchema } from 'fastify'
import type { Access } from './access.ts'
import { NoQuery, problemResponses, problemSchema } from './schemas.ts'

/**
 * Keeps an OpenAPI document of all routes that ask for a token. What every such route has is said here once: its
 * scope, the answers to a missing token or scope, and that it takes no query unless it names one.
 */
export function useDescription(app: FastifyInstance): void {
  app.addSchema(problemSchema)
  app.addHook('onRoute', (route) => {
    const access = route.config?.access as Access
    if (access === 'open') {
      route.schema = { hide: true, ...route.schema }
      return
    }
    const { response, ...schema } = (route.schema ?? {}) as FastifySchema & { response?: object }
    route.schema = {
      querystring: NoQuery,
      security: [{ bearer: [access] }],
      ...schema,
      response: { ...response, ...problemResponses(400, 401, 403) },
    }
  })
  app.register(swagger, {
    openapi: {
      openapi: '3.1.1',
      info: {
        title: 'Stockgate admin',
        description:
          'The operator’s side of a gateway: limits that are changed while traffic runs, and who is hit by them.',
        version: '1.0.0',
      },
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
    },
    refResolver: { buildLocalReference: (json, _base, _fragment, i) => String(json.$id ?? `schema-${i}`) },
  })
}
