import Fastify, { type FastifyInstance } from 'fastify'
import type { Gateway } from './path/context.ts'
import { installPath, pathOptions } from './path/index.ts'

/** Builds the public side of a gateway from its parts. Listens to nothing and starts nothing. */
export function buildApp(gateway: Gateway): FastifyInstance {
  const app = Fastify(pathOptions(gateway))
  installPath(app, gateway)
  return app
}
