import swagger from '@fastify/swagger'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { CallerVerifier } from '@stockgate/caller'
import type { Logger } from 'pino'
import { useAcceptable } from './acceptable.ts'
import { createBaseApp } from './base-app.ts'
import { useJsonBodies } from './bodies.ts'
import { useCallerCheck } from './caller-check.ts'
import { type ReadinessCheck, useHealth } from './health.ts'
import { useRouteTable } from './route-table.ts'
import { problemSchema } from './schemas.ts'
import { useStrictValidation } from './validation.ts'

export interface ServiceOptions {
  /** Name of the service, as in its manifest. */
  name: string
  title: string
  description: string
  /** Public base URL of the API. */
  publicUrl: URL
  verifyCaller: CallerVerifier
  checks: readonly ReadinessCheck[]
  logger: Logger
}

/**
 * A fastify app with all that every small service answers alike: problems, strict validation, caller check, health,
 * request id, one log line per request, OpenAPI. Register routes on it; nothing of a domain is in here.
 */
export async function createServiceApp(options: ServiceOptions) {
  const publicUrl = options.publicUrl.href.replace(/\/$/, '')
  const app = createBaseApp({ publicUrl, logger: options.logger }).withTypeProvider<TypeBoxTypeProvider>()

  // Answers are what the handlers say: a description that does not fit must not drop properties or end as a 500.
  app.setSerializerCompiler(() => JSON.stringify)
  useStrictValidation(app)
  useRouteTable(app)
  useJsonBodies(app)
  useAcceptable(app)
  useCallerCheck(app, options.verifyCaller)
  app.addHook('onSend', async (_request, reply) => {
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'private, no-cache')
  })

  app.addSchema(problemSchema)
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.1',
      info: { title: options.title, description: options.description, version: '1.0.0' },
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
      security: [{ bearer: [] }],
    },
    refResolver: { buildLocalReference: (json, _base, _fragment, i) => String(json.$id ?? `schema-${i}`) },
  })
  useHealth(app, options.checks)
  return app
}

export type ServiceApp = Awaited<ReturnType<typeof createServiceApp>>
